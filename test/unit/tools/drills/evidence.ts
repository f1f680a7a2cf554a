/** Evidence of a successful drill, which tests change to check the guarantees. */
import type { AuditView, TaskView } from '../../../../lambdas/queue/contracts/api.ts';
import type { ActionKind } from '../../../../lambdas/actions/kinds.ts';
import { effectKeyOf } from '../../../../lambdas/queue/domain/task/identity.ts';
import { KPI_CONTRACT, KpiName } from '../../../../lambdas/queue/contracts/kpi-contract.ts';
import type { DrillEvidence } from '../../../../tools/drills/drill.ts';

const BEGAN_MS = Date.parse('2026-11-26T20:00:00Z');
const KINDS: readonly ActionKind[] = ['pdf.render', 'crm.sync', 'slack.notify'];

const isoAt = (seconds: number): string => new Date(BEGAN_MS + seconds * 1_000).toISOString();
const taskIdOf = (index: number): string => `task-${String(index).padStart(40, '0')}`;

function taskOf(index: number): TaskView {
  const taskId = taskIdOf(index);
  return {
    taskId,
    quoteId: `Q-${index}`,
    kind: KINDS[index % KINDS.length] ?? 'crm.sync',
    taskHash: 'hash',
    state: 'completed',
    version: 7,
    generation: 2,
    attempts: { used: 2, max: 5, claims: 2, deferred: 0 },
    effect: {
      provider: 'crm',
      externalId: `object-${index}`,
      location: 'somewhere',
      proof: 'probed',
      fingerprint: 'f',
    },
    card: { state: 'shown', version: 7, permalink: 'https://slack.example/1' },
    createdAt: isoAt(0),
    updatedAt: isoAt(70),
    deadlineAt: isoAt(86_400),
    links: { self: '', audit: '', quote: '' },
  };
}

type Entry = AuditView['records'][number];
type Step = Pick<Entry, 'from' | 'to' | 'cause'> & Partial<Entry>;

/** A worker was lost, a provider failed, an operator pressed Retry, and the action completed: each event that drills count. */
const STEPS: readonly Step[] = [
  { from: null, to: 'queued', cause: 'enqueue' },
  { from: 'queued', to: 'running', cause: 'claim' },
  { from: 'running', to: 'retryable_failed', cause: 'fail', errorCode: 'WORKER_LOST' },
  { from: 'retryable_failed', to: 'running', cause: 'claim' },
  { from: 'running', to: 'retryable_failed', cause: 'fail', errorCode: 'PROVIDER_UNAVAILABLE' },
  { from: 'retryable_failed', to: 'running', cause: 'claim' },
  { from: 'running', to: 'completed', cause: 'complete', proof: 'probed' },
];

const entryOf = (step: Step, index: number): Entry => ({
  version: index + 1,
  actor: 'system:test',
  attempt: 1,
  deferrals: 0,
  generation: 1,
  at: isoAt(index * 10),
  attemptId: `attempt-${index}`,
  ...step,
});

/** The trail of the action with this number, without a gap. */
export const trailOf = (index: number): AuditView => ({
  taskId: taskIdOf(index),
  quoteId: `Q-${index}`,
  version: STEPS.length,
  records: STEPS.map(entryOf),
  gaps: [],
  links: { self: '', task: '' },
});

function countsAt(tasks: readonly TaskView[]): DrillEvidence['after'] {
  const keys = (kind: ActionKind) =>
    tasks.filter((task) => task.kind === kind).map((task) => [effectKeyOf(kind, task.taskId), 1] as const);
  return {
    pdf: new Map(
      tasks
        .filter(({ kind }) => kind === 'pdf.render')
        .map((task) => [task.effect?.externalId ?? '', 1] as const),
    ),
    crm: new Map(keys('crm.sync')),
    slack: new Map(keys('slack.notify')),
  };
}

/** Evidence of `size` actions where every guarantee about actions, trails and KPIs holds. */
export function goodEvidence(size: number, counts: DrillEvidence['counts'] = {}): DrillEvidence {
  const tasks = Array.from({ length: size }, (_, index) => taskOf(index));
  return {
    tasks,
    trails: tasks.map((_, index) => trailOf(index)),
    before: { pdf: new Map(), crm: new Map(), slack: new Map() },
    after: countsAt(tasks),
    expected: size,
    counts,
    kpis: Object.values(KpiName).map((name) => ({
      name,
      value: KPI_CONTRACT[name].target,
      unit: KPI_CONTRACT[name].unit,
      ok: true,
      samples: size,
    })),
  };
}

/** The evidence with one task, or its trail, changed. */
export const withTask = (
  evidence: DrillEvidence,
  index: number,
  change: Partial<TaskView>,
): DrillEvidence => ({
  ...evidence,
  tasks: evidence.tasks.map((task, at) => (at === index ? { ...task, ...change } : task)),
});

/** See {@link withTask}. */
export const withTrail = (
  evidence: DrillEvidence,
  index: number,
  change: (records: AuditView['records']) => AuditView['records'],
  gaps: readonly number[] = [],
): DrillEvidence => ({
  ...evidence,
  trails: evidence.trails.map((trail, at) =>
    at === index ? { ...trail, records: change(trail.records), gaps: [...gaps] } : trail,
  ),
});

/** The evidence with every trail changed. */
export const withTrails = (
  evidence: DrillEvidence,
  change: (records: AuditView['records']) => AuditView['records'],
): DrillEvidence => ({
  ...evidence,
  trails: evidence.trails.map((trail) => ({ ...trail, records: change(trail.records) })),
});
