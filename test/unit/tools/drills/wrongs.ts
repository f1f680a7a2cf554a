/** Failures of a drill, as changes of good evidence. */
import { FAULTED_KINDS } from '../../../../lambdas/actions/kinds.ts';
import { KPI_CONTRACT } from '../../../../lambdas/queue/contracts/kpi-contract.ts';
import type { DrillEvidence } from '../../../../tools/drills/drill.ts';
import { withTask, withTrail, withTrails } from './evidence.ts';

/** A trail without any step of the sweep, as {@link goodEvidence} has it. */
export const noChange: Wrong = (good) => good;

/** A change that makes good evidence bad. */
export type Wrong = (good: DrillEvidence) => DrillEvidence;

const one = <T>(found: ReadonlyMap<string, T>, value: T): ReadonlyMap<string, T> =>
  new Map([...found].map(([key, count], index) => [key, index === 0 ? value : count]));

/** Failures, each with the guarantees that it makes false. */
export const WRONGS: readonly (readonly [title: string, wrong: Wrong, falsifies: readonly string[]])[] = [
  [
    'an action that never ends',
    (good) => withTask(good, 0, { state: 'running' }),
    ['every action is completed', 'every action has ended, and none is lost'],
  ],
  [
    'an action that failed for good',
    (good) => withTask(good, 0, { state: 'failed_terminal' }),
    ['every action is completed'],
  ],
  [
    'an action that is lost',
    (good) => ({ ...good, tasks: good.tasks.slice(1) }),
    [
      'every action is completed',
      'every action has ended, and none is lost',
      'every effect exists exactly once at its provider',
    ],
  ],
  [
    'a second document',
    (good) => ({ ...good, after: { ...good.after, pdf: one(good.after.pdf, 2) } }),
    [
      'every effect exists exactly once at its provider',
      'every completed effect exists exactly once at its provider, and none twice',
    ],
  ],
  [
    'a second deal',
    (good) => ({ ...good, after: { ...good.after, crm: one(good.after.crm, 2) } }),
    ['every effect exists exactly once at its provider'],
  ],
  [
    'a second message of an action that failed for good',
    (good) =>
      withTask({ ...good, after: { ...good.after, slack: one(good.after.slack, 2) } }, 2, {
        state: 'failed_terminal',
      }),
    ['every completed effect exists exactly once at its provider, and none twice'],
  ],
  [
    'a completed action without its effect',
    (good) => ({ ...good, after: { ...good.after, crm: one(good.after.crm, 0) } }),
    ['every completed effect exists exactly once at its provider, and none twice'],
  ],
  [
    'a gap in a trail',
    (good) => withTrail(good, 0, (records) => records.filter(({ version }) => version !== 3), [3]),
    [
      'every transition is in the audit trail',
      'every trail is one walk through the states, with one version for each step',
    ],
  ],
  [
    'a transition from a state that the task had left',
    (good) =>
      withTrail(good, 0, (records) =>
        records.map((record) => (record.version === 4 ? { ...record, from: 'queued' as const } : record)),
      ),
    ['every trail is one walk through the states, with one version for each step'],
  ],
  [
    'a card that is behind',
    (good) => withTask(good, 0, { card: { state: 'pending', version: 6 } }),
    ['every card in Slack shows the last version of its task'],
  ],
  [
    'an action without attempts left',
    (good) => withTask(good, 0, { attempts: { used: 6, max: 5, claims: 6, deferred: 0 } }),
    ['no action used all of its attempts'],
  ],
  [
    'a fault that reached nobody',
    (good) => withTrails(good, (records) => records.map(({ errorCode: _none, ...record }) => record)),
    [
      `the trails of at least ${4 * FAULTED_KINDS.length} tasks contain WORKER_LOST`,
      'the trails of at least 8 tasks contain PROVIDER_UNAVAILABLE',
    ],
  ],
  [
    'effects that were applied again',
    (good) => ({
      ...good,
      tasks: good.tasks.map(({ effect, ...task }) =>
        effect === undefined ? task : { ...task, effect: { ...effect, proof: 'applied' as const } },
      ),
    }),
    [
      'the next worker asks the provider and does not repeat the effect',
      'the next attempt asks the provider and does not repeat the effect',
    ],
  ],
  ['a sweep that does nothing', noChange, ['the sweep gave at least 2 tasks their next driver']],
  [
    'an action that takes six minutes',
    (good) =>
      withTrail(good, 0, (records) =>
        records.map((record) => (record.version === 7 ? { ...record, at: '2026-11-26T20:06:00Z' } : record)),
      ),
    ['every action ended within 5 minutes after it was enqueued'],
  ],
  [
    'a lease that was taken from a living worker',
    (good) => withTrail(good, 0, swept),
    ['no worker that was alive lost its lease'],
  ],
  [
    'clicks that make two transitions',
    (good) => withTrail(withTrail(good, 0, pressed), 1, pressed),
    ['all the clicks make one transition'],
  ],
  [
    'KPIs that miss their targets',
    (good) => ({ ...good, kpis: good.kpis.map((kpi) => ({ ...kpi, ok: false })) }),
    Object.values(KPI_CONTRACT).map(({ title }) => `${title} meets its target`),
  ],
  [
    'KPIs without a sample',
    (good) => ({
      ...good,
      kpis: good.kpis.map(({ ok: _none, ...kpi }) => ({ ...kpi, value: null, samples: 0 })),
    }),
    Object.values(KPI_CONTRACT).map(({ title }) => `${title} meets its target`),
  ],
  [
    'nothing that was brought about',
    (good) => ({
      ...good,
      counts: Object.fromEntries(
        Object.keys(good.counts).map((name) => [name, name === 'cardsMeanwhile' ? 1 : 0]),
      ),
    }),
    [
      'a worker of every action was killed',
      'executions were stopped while they ran',
      'every action met every 5xx',
      'a reply to every action was lost',
      'each of them is parked with its reason, and nothing behind it is held up',
      'every request is answered',
      'they name one task',
      'records of the stream came again',
      'clicks were acknowledged',
      'requests to Slack failed',
      'every other action ends during the outage, with a complete trail',
      'no card was posted during the outage',
      'requests were throttled',
      'replies to writes were lost',
      'executions were under way when the deployment began',
      'every function got new code',
      'the clocks differed, in ms',
      'transient faults happened',
      'workers were killed',
    ],
  ],
];

/** The records with the step of another cause in place of one that failed. */
export function swept(records: DrillEvidence['trails'][number]['records']) {
  return records.map((record) =>
    record.version === 3 ? { ...record, cause: 'recover_stale' as const } : record,
  );
}
/** The records with an operator's press in place of one that failed. */
export function pressed(records: DrillEvidence['trails'][number]['records']) {
  return records.map((record) =>
    record.version === 3 ? { ...record, cause: 'operator_retry' as const } : record,
  );
}
