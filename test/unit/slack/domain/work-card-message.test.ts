import { describe, expect, it } from 'vitest';
import type { ErrorCode } from '../../../../lambdas/shared/contracts/error-codes.ts';
import { QueueError } from '../../../../lambdas/shared/domain/errors.ts';
import type { CardMessage } from '../../../../lambdas/slack/contracts/cards.ts';
import {
  type CardFailure,
  type CardWorkOptions,
  workCardMessage,
} from '../../../../lambdas/slack/domain/work-card-message.ts';
import { countedIds } from '../../../../tools/rig/counted-ids.ts';
import { FakeClock } from '../../../../tools/rig/fake-clock.ts';
import { queuedTask } from '../../../helpers/builders.ts';

const task = queuedTask();
const asked: CardMessage = { detail: { taskId: task.taskId } };

const unused = (): never => {
  throw new Error('port: expected no call');
};

/** Ports of an update that ends before anything is shown. */
function ports(over: Partial<CardWorkOptions> = {}) {
  const clock = new FakeClock();
  const sent: (readonly [CardMessage, number])[] = [];
  const failures: CardFailure[] = [];
  const options: CardWorkOptions = {
    clock,
    ids: countedIds,
    remainingMs: () => 30_000,
    tasks: { get: () => Promise.resolve(task) },
    cards: {
      get: () => Promise.resolve(undefined),
      lock: () => Promise.resolve({ kind: 'done' }),
      write: unused,
      putLatency: unused,
    },
    messages: unused,
    channel: 'C0QUOTES1',
    queue: {
      send: (message, delaySeconds) => {
        sent.push([message, delaySeconds]);
        return Promise.resolve();
      },
    },
    watch: { shown: unused, measured: unused, failed: (failure) => failures.push(failure) },
    ...over,
  };
  return { options, sent, failures, clock };
}

const failing = (code: ErrorCode): Partial<CardWorkOptions> => ({
  tasks: { get: () => Promise.reject(new QueueError(code)) },
});

describe('workCardMessage', () => {
  it('needs no more deliveries when the card is done', async () => {
    const { options, sent, failures } = ports();

    expect(await workCardMessage(options, asked)).toBe(true);
    expect([sent, failures]).toEqual([[], []]);
  });

  it('sends the message again while another update runs, without counting a failure', async () => {
    const { options, sent, failures, clock } = ports();
    const busy = { ...options.cards, lock: () => Promise.resolve({ kind: 'busy' } as const) };

    expect(await workCardMessage({ ...options, cards: busy }, asked)).toBe(true);
    expect(sent).toEqual([[{ ...asked, retry: { count: 1, sinceMs: clock.nowMs() } }, 1]]);
    expect(failures).toMatchObject([{ isBusy: true, isCounted: false, isPassing: true }]);
  });

  it('sends the message again if the store is not available', async () => {
    const { options, sent, failures } = ports(failing('PROVIDER_UNAVAILABLE'));

    expect(await workCardMessage(options, asked)).toBe(true);
    expect(sent).toHaveLength(1);
    expect(failures).toMatchObject([{ isBusy: false, isPassing: true, delaySeconds: 1 }]);
  });

  it('gives up after a day of retries', async () => {
    const { options, sent, clock } = ports(failing('PROVIDER_UNAVAILABLE'));
    const old = { ...asked, retry: { count: 9, sinceMs: clock.nowMs() - 24 * 60 * 60 * 1_000 } };

    expect(await workCardMessage(options, old)).toBe(false);
    expect(sent).toEqual([]);
  });

  it('throws permanent errors', async () => {
    const { options, sent } = ports(failing('STORED_RECORD_INVALID'));

    await expect(workCardMessage(options, asked)).rejects.toMatchObject({ code: 'STORED_RECORD_INVALID' });
    expect(sent).toEqual([]);
  });

  it('throws errors of the queue, so that the message is delivered again', async () => {
    const { options } = ports(failing('PROVIDER_UNAVAILABLE'));
    const queue = { send: () => Promise.reject(new Error('SQS is down')) };

    await expect(workCardMessage({ ...options, queue }, asked)).rejects.toThrow('SQS is down');
  });
});
