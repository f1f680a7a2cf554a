import { fc, test } from '@fast-check/vitest';
import { describe, expect, it } from 'vitest';
import { LeaseLost, QueueError } from '../../../../lambdas/shared/domain/errors.ts';
import type { CardMessage } from '../../../../lambdas/slack/contracts/cards.ts';
import {
  CARD_RETRY,
  cardRetrySeconds,
  groupByCard,
  isCounted,
  isPassing,
  retried,
  rewriteOf,
} from '../../../../lambdas/slack/domain/card-retry.ts';
import { START_MS } from '../../../../tools/rig/fake-clock.ts';
import { queuedTask } from '../../../helpers/builders.ts';

const TASK_ID = queuedTask().taskId;

describe('cardRetrySeconds', () => {
  const outage = new QueueError('PROVIDER_UNAVAILABLE');
  const count = fc.nat(1_000);

  test.prop([count])('waits from 1 s up to the cap in an outage, longer each time at first', (tries) => {
    const seconds = cardRetrySeconds(outage, TASK_ID, tries);

    expect(seconds).toBeGreaterThanOrEqual(1);
    expect(seconds).toBeLessThanOrEqual(CARD_RETRY.capSeconds);
    expect(cardRetrySeconds(outage, TASK_ID, tries)).toBe(seconds);
  });

  test.prop([count, fc.nat(5_000)])(
    "waits at least for Slack's Retry-After, within the limit of SQS",
    (tries, wish) => {
      const error = new QueueError('PROVIDER_RATE_LIMITED', { deferral: true, retryAfterSeconds: wish });

      const seconds = cardRetrySeconds(error, TASK_ID, tries);

      expect(seconds).toBeGreaterThanOrEqual(Math.min(wish, CARD_RETRY.maxDelaySeconds));
      expect(seconds).toBeLessThanOrEqual(CARD_RETRY.maxDelaySeconds);
    },
  );

  it('spreads cards that are due in the same second', () => {
    const error = new QueueError('PROVIDER_RATE_LIMITED', { deferral: true, retryAfterSeconds: 30 });
    const waits = Array.from({ length: 50 }, (_, n) => cardRetrySeconds(error, `${TASK_ID}${n}`, 4));

    expect(new Set(waits).size).toBeGreaterThan(8);
  });

  it.each([
    'PROVIDER_MISCONFIGURED',
    'PROVIDER_UNAUTHORIZED',
    'PROVIDER_REFUSED',
    'DUPLICATE_EFFECT',
  ] as const)('retries %s every 15 minutes, since a person has to repair it', (code) => {
    const error = new QueueError(code);

    expect(isPassing(error)).toBe(false);
    expect(cardRetrySeconds(error, TASK_ID, 0)).toBe(900);
  });

  it('treats a lost lock, a lost reply and a busy effect as temporary', () => {
    const busy = new QueueError('EFFECT_IN_PROGRESS', { deferral: true });

    expect([new LeaseLost(), outage, busy].map(isPassing)).toEqual([true, true, true]);
  });
});

describe('retried', () => {
  const fresh = { detail: { taskId: TASK_ID } };

  it('counts the retries and keeps the start time', () => {
    const once = retried(fresh, START_MS);
    const twice = once && retried(once, START_MS + 5_000);

    expect(once).toEqual({ ...fresh, retry: { count: 1, sinceMs: START_MS } });
    expect(twice).toEqual({ ...fresh, retry: { count: 2, sinceMs: START_MS } });
  });

  it('keeps the request to write the card again', () => {
    const message = { ...fresh, retry: { count: 0, sinceMs: START_MS, rewrite: true } };

    expect(retried(message, START_MS)?.retry?.rewrite).toBe(true);
  });

  it('gives up after a day', () => {
    const message = { ...fresh, retry: { count: 90, sinceMs: START_MS } };

    expect(retried(message, START_MS + CARD_RETRY.maxAgeMs - 1)).toBeDefined();
    expect(retried(message, START_MS + CARD_RETRY.maxAgeMs)).toBeUndefined();
  });
});

describe('isCounted', () => {
  const since = (sinceMs: number): CardMessage => ({
    detail: { taskId: TASK_ID },
    retry: { count: 1, sinceMs },
  });
  const own = new QueueError('UNCLASSIFIED');

  it.each([
    { what: 'the first failure', message: { detail: { taskId: TASK_ID } }, expected: true },
    { what: 'one within two minutes', message: since(START_MS - 119_999), expected: true },
    { what: 'one after two minutes', message: since(START_MS - 120_000), expected: false },
  ])('of $what is $expected', ({ message, expected }) => {
    expect(isCounted(message, own, START_MS)).toBe(expected);
  });

  it('excludes faults of Slack', () => {
    expect(isCounted(since(START_MS), new QueueError('PROVIDER_UNAVAILABLE'), START_MS)).toBe(false);
  });
});

const asked = (messageId: string, taskId: string, retry?: CardMessage['retry']) => ({
  messageId,
  message: { detail: { taskId }, ...(retry === undefined ? {} : { retry }) },
});

describe('groupByCard', () => {
  it('makes one update from the messages of a task, with the data of the oldest one', () => {
    const early = { count: 7, sinceMs: START_MS };
    const late = { count: 1, sinceMs: START_MS + 1 };

    const groups = groupByCard([
      asked('m1', 'task-1'),
      asked('m2', 'task-2'),
      asked('m3', 'task-1', early),
      asked('m4', 'task-1', late),
    ]);

    expect(groups).toEqual([
      { message: { detail: { taskId: 'task-1' }, retry: early }, messageIds: ['m1', 'm3', 'm4'] },
      { message: { detail: { taskId: 'task-2' } }, messageIds: ['m2'] },
    ]);
  });

  it('separates messages that request another write of the card', () => {
    const rewrite = { messageId: 'm2', message: rewriteOf('task-1', START_MS) };

    expect(groupByCard([asked('m1', 'task-1'), rewrite]).map(({ messageIds }) => messageIds)).toEqual([
      ['m1'],
      ['m2'],
    ]);
  });
});
