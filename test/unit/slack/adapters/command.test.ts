import { describe, expect, it } from 'vitest';
import {
  helpAnswer,
  kpiAnswer,
  quoteAnswer,
  overdueAnswer,
} from '../../../../lambdas/slack/adapters/command-answer.ts';
import { readFigures } from '../../../../lambdas/slack/domain/figures.ts';
import type { FigureSource } from '../../../../lambdas/slack/domain/ports.ts';
import { parseCommand } from '../../../../lambdas/slack/domain/command-parse.ts';
import type { LatencyRecord } from '../../../../lambdas/queue/contracts/shown-cards.ts';
import type { AuditRecord, ExecutionTask } from '../../../../lambdas/queue/contracts/records.ts';
import { failed, held, redriven } from '../../../../lambdas/queue/domain/task/transitions.ts';
import { QueueError } from '../../../../lambdas/shared/domain/errors.ts';
import { contextAt, queuedTask, retryableTask, runningTask } from '../../../helpers/builders.ts';
import { START_MS } from '../../../../tools/rig/fake-clock.ts';

const textOf = (answer: { readonly blocks: readonly object[] }): string => JSON.stringify(answer.blocks);

describe('parseCommand', () => {
  it.each([
    ['Q-1042', { kind: 'quote', quoteId: 'Q-1042' }],
    ['  Q-1042 ', { kind: 'quote', quoteId: 'Q-1042' }],
    ['\u00A0Q-1 ', { kind: 'quote', quoteId: 'Q-1' }],
    ['\u200B\u2060Q-1\u200D\u3000', { kind: 'quote', quoteId: 'Q-1' }],
    ['\u200EQ-1\u2069\uFEFF', { kind: 'quote', quoteId: 'Q-1' }],
    ['\u2003stuck\u200B', { kind: 'stuck' }],
    ['\u00A0\u200B', { kind: 'help' }],
    ['stuck', { kind: 'stuck' }],
    ['KPI', { kind: 'kpi' }],
    ['', { kind: 'help' }],
    ['help', { kind: 'help' }],
    ['Q 1042', { kind: 'help' }],
    ['<!channel>', { kind: 'help' }],
    ['constructor', { kind: 'quote', quoteId: 'constructor' }],
    ['x'.repeat(65), { kind: 'help' }],
  ])('reads “%s”', (text, expected) => {
    expect(parseCommand(text)).toEqual(expected);
  });
});

describe('quoteAnswer', () => {
  it('shows state, attempts, error and next attempt of each action', () => {
    const answer = quoteAnswer('Q-1001', [retryableTask(), queuedTask('pdf.render')], false);

    expect(answer).toMatchObject({ response_type: 'ephemeral', text: 'Quote *Q-1001*: 2 actions' });
    expect(textOf(answer)).toContain(
      '*crm.sync* · ⚠️ Failed, will be retried · attempt 1 of 5 · `PROVIDER_TIMEOUT`',
    );
    expect(textOf(answer)).toContain('next attempt <!date^');
    expect(textOf(answer)).toContain('*pdf.render* · ⏳ Queued · attempt 0 of 5');
  });

  it('tells why an action of a paused kind does not run', () => {
    const pause = { reason: 'The CRM is <down>', actor: 'slack:T1/U1 (ada)' };

    expect(textOf(quoteAnswer('Q-1001', [held(queuedTask(), pause, contextAt())], false))).toContain(
      '*crm.sync* · ⏸️ Queued, held · attempt 0 of 5 · crm.sync is paused by ada: The CRM is &lt;down&gt; · ',
    );
  });

  it('tells if there are no actions or further ones', () => {
    expect(quoteAnswer('Q-1', [], false).text).toBe('Quote *Q-1* has no actions.');
    expect(textOf(quoteAnswer('Q-1', [queuedTask()], true))).toContain('There are more');
  });

  it('stays within the limits of Block Kit with any number of actions', () => {
    const longest = { reason: '<'.repeat(300), actor: '&'.repeat(300) };
    const answer = quoteAnswer(
      'Q-1',
      Array.from({ length: 50 }, () => held(retryableTask(), longest, contextAt())),
      true,
    );

    expect(answer.blocks.length).toBeLessThanOrEqual(50);
    const lengths = answer.blocks.map((block) =>
      block.type === 'section' ? (block.text?.text.length ?? 0) : 0,
    );
    expect(Math.max(...lengths)).toBeLessThanOrEqual(3_000);
  });
});

describe('overdueAnswer', () => {
  it('names the quote and the due time of each action', () => {
    const answer = overdueAnswer([queuedTask()], false);

    expect(answer.text).toBe('One action is overdue: stuck, or waiting for a free worker');
    expect(textOf(answer)).toContain('Quote *Q-1001*: *crm.sync* · ⏳ Queued');
    expect(textOf(answer)).toContain('due since <!date^');
  });

  it('tells when nothing is overdue', () => {
    expect(overdueAnswer([], false).text).toBe('Nothing is overdue.');
  });
});

const trailOf = ({ taskId, quoteId, kind, history }: ExecutionTask): readonly AuditRecord[] =>
  history.map((transition) => ({ schemaVersion: 1, taskId, quoteId, kind, ...transition }));

const latencyOf = (taskId: string, latencyMs: number): LatencyRecord => ({
  schemaVersion: 1,
  cardId: `latency#${taskId}#1`,
  taskId,
  version: 1,
  versionShown: 1,
  transitionAtMs: START_MS,
  shownAtMs: START_MS + latencyMs,
  shownDay: '2026-03-29',
  latencyMs,
});

function sourceOf(
  tasks: readonly ExecutionTask[],
  latenciesMs: readonly number[],
): FigureSource & { days: string[] } {
  const days: string[] = [];
  const latencies = tasks.map((task, index) => latencyOf(task.taskId, latenciesMs[index] ?? 0));
  return {
    days,
    latenciesOf: async (day) => {
      days.push(day);
      return { found: latencies.filter(({ shownDay }) => shownDay === day), damaged: [] };
    },
    trailOf: async (taskId) => ({
      records: tasks.filter((task) => task.taskId === taskId).flatMap(trailOf),
      damaged: [],
    }),
  };
}

describe('readFigures', () => {
  const failedTask = failed(
    runningTask(queuedTask('crm.sync', 'key-2')),
    new QueueError('DUPLICATE_EFFECT'),
    { kind: 'terminal', code: 'DUPLICATE_EFFECT' },
    contextAt(),
  );
  const recovered = redriven(queuedTask('crm.sync', 'key-3'), 'recover_stale', contextAt());

  it('counts failures, duplicates and recoveries of the read tasks, and their mean latency', async () => {
    const figures = await readFigures(
      sourceOf([queuedTask(), failedTask, recovered], [100, 300, 500]),
      START_MS,
    );

    expect(figures.kpis.map(({ name, value, samples }) => [name, value, samples])).toEqual([
      ['failed_action_rate', 100 / 3, 3],
      ['recovery_within_5_min', undefined, 0],
      ['duplicate_side_effect_rate', 100 / 3, 3],
      ['mean_status_latency', 300, 3],
    ]);
    expect(figures.counts.stuckPending).toBe(1);
  });

  it('reads seven days in UTC, today first', async () => {
    const source = sourceOf([], []);

    await readFigures(source, START_MS);

    expect(source.days).toHaveLength(7);
    expect([source.days[0], source.days[6]]).toEqual(['2026-03-29', '2026-03-23']);
  });

  it('shows each figure with its sample, and none without a sample', async () => {
    const none = kpiAnswer(await readFigures(sourceOf([], []), START_MS));
    const some = kpiAnswer(await readFigures(sourceOf([queuedTask(), failedTask], [1_000, 2_000]), START_MS));

    expect(textOf(none)).toContain('Mean user-visible status latency: no sample');
    expect(textOf(none)).not.toContain('%*');
    expect(textOf(some)).toContain('*50.00 %* of 2 actions – target ≤ 2.0 %: MISSED');
    expect(textOf(some)).toContain('*1.50 s* of 2 transitions – target ≤ 1.5 s: met');
    expect(textOf(some)).toContain('Recovery success within 5 minutes: no sample');
  });
});

describe('helpAnswer', () => {
  it('names the command as typed', () => {
    expect(textOf(helpAnswer('/quoteq'))).toContain('`/quoteq stuck`');
  });
});
