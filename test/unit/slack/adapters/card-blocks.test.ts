import { fc, test } from '@fast-check/vitest';
import { describe, expect, it } from 'vitest';
import { renderCard } from '../../../../lambdas/slack/adapters/card-blocks.ts';
import { textsOf as textsOfCode } from '../../../../lambdas/shared/contracts/error-codes.ts';
import type { ExecutionTask } from '../../../../lambdas/queue/contracts/records.ts';
import {
  ACTION_IDS,
  buttonValueSchema,
  MAX_BUTTON_VALUE_LENGTH,
} from '../../../../lambdas/slack/contracts/slack-actions.ts';
import { QueueError } from '../../../../lambdas/shared/domain/errors.ts';
import {
  completed,
  failed,
  held,
  redriven,
  stopped,
} from '../../../../lambdas/queue/domain/task/transitions.ts';
import { contextAt, queuedTask, resultOf, retryableTask, runningTask } from '../../../helpers/builders.ts';
import { START_MS } from '../../../../tools/rig/fake-clock.ts';

/** Every text of a message, at any depth. */
function textsOf(value: unknown): readonly string[] {
  if (typeof value === 'string') return [];
  if (Array.isArray(value)) return value.flatMap(textsOf);
  if (typeof value !== 'object' || value === null) return [];
  return Object.entries(value).flatMap(([name, inner]: [string, unknown]) =>
    name === 'text' && typeof inner === 'string' ? [inner] : textsOf(inner),
  );
}

const markup = (task: ExecutionTask): string => textsOf(renderCard(task).blocks).join('\n');

/** Active Slack markup, except the dates and links that the card makes itself. */
const MENTION = /<[!@#](?!date\^)/;

const GIVEN_UP = { kind: 'terminal', code: 'PROVIDER_REFUSED' } as const;

const outcome = (location: string) => ({ result: resultOf({ location }), proof: 'applied' }) as const;

const hostile = fc.oneof(
  fc.string({ unit: 'binary', maxLength: 3_000 }),
  fc.constantFrom(
    '<!channel>',
    '<@U0ADAOPS1>',
    '<!here|x>',
    '&lt;!channel&gt;',
    '`*_~',
    '<http://x|y>',
    '|>',
  ),
  fc.constant('<!everyone> '.repeat(400)),
  fc.constant('&'.repeat(5_000)),
);

describe('renderCard', () => {
  test.prop([hostile, hostile, hostile, fc.integer({ min: 0, max: 60 })])(
    'stays within the limits of Block Kit and mentions nobody, for any task',
    (detail, name, location, retries) => {
      let task = retryableTask(runningTask(queuedTask()));
      for (let n = 0; n < retries; n += 1) {
        const context = contextAt(START_MS, { actor: `slack:T1/U1 (${name})`, reason: detail });
        task = redriven(task, 'operator_retry', context);
      }
      const error = { code: 'PROVIDER_REFUSED', detail: detail.slice(0, 1_000) } as const;
      task = held(task, { reason: detail.slice(0, 300), actor: name }, contextAt());
      const { text, blocks } = renderCard({
        ...task,
        error,
        result: resultOf({ location, externalId: name }),
      });

      expect(blocks.length).toBeLessThanOrEqual(50);
      const texts = textsOf(blocks);
      expect(Math.max(...texts.map((one) => one.length))).toBeLessThanOrEqual(2_000);
      expect([text, ...texts].filter((one) => MENTION.test(one))).toEqual([]);
      expect(JSON.stringify({ text, blocks }).isWellFormed()).toBe(true);
    },
  );

  it('gives the same blocks for the same task, so that a repeated edit changes nothing', () => {
    const task = retryableTask();

    expect(renderCard(structuredClone(task))).toEqual(renderCard(task));
  });

  it('names kind, state, attempt, error and time of the next attempt', () => {
    const text = markup(retryableTask());

    expect(text).toContain('*crm.sync* · ⚠️ Failed, will be retried');
    expect(text).toContain('*Attempt*\n1 of 5');
    expect(text).toContain('`PROVIDER_TIMEOUT`\nThe provider did not answer in time');
    expect(text).toContain(
      '*Next attempt*\n<!date^1774745975^{date_short_pretty} {time_secs}|2026-03-29 00:59:35 UTC>',
    );
  });

  it.each([
    ['retryably', retryableTask()],
    ['for good', failed(runningTask(), new QueueError('PROVIDER_REFUSED'), GIVEN_UP, contextAt())],
  ])("shows the runbook's first step for a task that failed %s", (_how, task) => {
    const { runbook } = textsOfCode(task.error?.code ?? 'UNCLASSIFIED');

    expect(renderCard(task).blocks).toContainEqual({
      type: 'context',
      elements: [{ type: 'mrkdwn', text: `🧭 First: ${runbook}`, verbatim: true }],
    });
  });

  it.each([
    ['runs again', runningTask(retryableTask())],
    ['was abandoned', stopped(retryableTask(), 'operator_abandon', contextAt())],
    ['was cancelled', stopped(queuedTask(), 'operator_cancel', contextAt())],
  ])('shows no first step for a task that %s', (_why, task) => {
    expect(markup(task)).not.toContain('🧭');
  });

  it('counts deferrals separately', () => {
    const deferral = { kind: 'retry', nextAttemptAtMs: START_MS, deferral: true } as const;
    const error = new QueueError('PROVIDER_RATE_LIMITED', { deferral: true });

    expect(markup(failed(runningTask(), error, deferral, contextAt()))).toContain(
      '*Attempt*\n0 of 5 (+1 deferred)',
    );
  });

  it('links the effect of a completed task if it has an address', () => {
    const linked = completed(runningTask(), outcome('https://crm.example/a?b=1&c=<2>|3'), contextAt());
    const key = `quotes/Q-1/3404805a${'f'.repeat(56)}.pdf`;
    const stored = completed(runningTask(), outcome(`s3://bucket/${key}`), contextAt());

    expect(markup(linked)).toContain('<https://crm.example/a?b=1&amp;c=%3C2%3E%7C3|crm 17000000001>');
    expect(markup(stored)).toContain('crm `quotes/Q-1/3404805a….pdf`');
    expect(markup(linked)).not.toContain('Error');
  });

  it("shows the operators' presses", () => {
    const context = contextAt(START_MS, { actor: 'slack:T1/U1 (ada)', reason: 'CRM is back' });

    expect(markup(redriven(retryableTask(), 'operator_retry', context))).toMatch(
      /👤 ada pressed Retry now · <!date\^\d+\^.+>: CRM is back/,
    );
    expect(markup(stopped(queuedTask(), 'operator_cancel', context))).toContain('🚫 Cancelled');
    expect(markup(stopped(retryableTask(), 'operator_abandon', context))).toContain('🚫 Abandoned');
  });

  it.each([
    ['queued', queuedTask(), '⏸️ Queued, held'],
    ['failed', retryableTask(), '⏸️ Failed, held'],
  ])('shows, until it runs again, why a %s task of a paused kind does not run', (_title, task, label) => {
    const pause = { reason: 'The CRM is <down>', actor: 'slack:T1/U1 (ada)' };
    const waiting = held(task, pause, contextAt());

    expect(markup(waiting)).toMatch(
      /\*Held\* since <!date\^\d+\^.+>: The CRM is &lt;down&gt;\ncrm\.sync is paused by ada; this runs once it is resumed/,
    );
    expect(markup(waiting)).toContain(`*crm.sync* · ${label}`);
    expect(renderCard(waiting).text).toContain(`${label}: The CRM is &lt;down&gt; (attempt`);
    for (const next of [runningTask(waiting), redriven(waiting, 'release', contextAt())]) {
      expect(markup(next)).not.toMatch(/\bheld\b/i);
    }
  });

  it('keeps the buttons of a held task and explains why nothing runs after Retry now', () => {
    const pause = { reason: 'The CRM is down', actor: 'api:lin' };
    const waiting = held(retryableTask(), pause, contextAt());
    const pressed = redriven(waiting, 'operator_retry', contextAt(START_MS, { actor: 'slack:T1/U1 (ada)' }));

    const text = markup(held(pressed, pause, contextAt()));

    expect(text).toContain('👤 ada pressed Retry now');
    expect(text).toContain('crm.sync is paused by api:lin');
    expect(renderCard(waiting).blocks.at(-1)).toMatchObject({
      elements: [
        { action_id: ACTION_IDS.retry },
        { action_id: ACTION_IDS.abandon },
        { action_id: ACTION_IDS.audit },
      ],
    });
  });

  it('gives each button the shown version, and asks for confirmation of irreversible commands', () => {
    const task = retryableTask();
    const actions = renderCard(task).blocks.find((block) => block.type === 'actions');
    const buttons = (actions?.elements ?? []).filter((element) => element.type === 'button');

    expect(buttons.map(({ action_id }) => action_id)).toEqual([
      ACTION_IDS.retry,
      ACTION_IDS.abandon,
      ACTION_IDS.audit,
    ]);
    for (const { value = '' } of buttons) {
      expect(value.length).toBeLessThanOrEqual(MAX_BUTTON_VALUE_LENGTH);
      const { taskId, version } = buttonValueSchema.parse(JSON.parse(value));
      expect({ taskId, version }).toEqual({ taskId: task.taskId, version: task.version });
    }
    expect(buttons.map(({ confirm }) => confirm?.confirm?.text)).toEqual([undefined, 'Abandon', undefined]);
  });

  it('falls back to one line of text', () => {
    expect(renderCard(retryableTask()).text).toBe(
      'crm.sync of quote Q-1001: ⚠️ Failed, will be retried (attempt 1 of 5, PROVIDER_TIMEOUT)',
    );
  });
});
