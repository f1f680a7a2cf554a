/** Trails of tasks, given as steps with their times, for computations on audit records. */
import type { AuditRecord, Transition } from '../../lambdas/queue/contracts/records.ts';
import { SCHEMA_VERSION } from '../../lambdas/queue/contracts/records.ts';
import { START_MS } from '../../tools/rig/fake-clock.ts';

/** One transition: seconds after `START_MS`, target state, cause and error. */
export type Step = readonly [
  atSeconds: number,
  to: Transition['to'],
  cause: Transition['cause'],
  errorCode?: Transition['errorCode'],
];

/** The audit records of a task with these steps, in order of version. */
export const trailOf = (taskId: string, steps: readonly Step[], startMs = START_MS): readonly AuditRecord[] =>
  steps.map(([atSeconds, to, cause, errorCode], index) => ({
    schemaVersion: SCHEMA_VERSION,
    taskId,
    quoteId: 'Q-1001',
    kind: 'crm.sync',
    version: index + 1,
    from: steps[index - 1]?.[1] ?? null,
    to,
    cause,
    actor: 'system:test',
    ...(errorCode === undefined ? {} : { errorCode }),
    attempt: steps.slice(0, index + 1).filter(([, , by]) => by === 'claim').length,
    deferrals: 0,
    generation: 1,
    atMs: startMs + atSeconds * 1_000,
    attemptId: `${taskId}-${index + 1}`,
  }));

/** Enqueued at 0 s and claimed at once. */
const BEGUN: readonly Step[] = [
  [0, 'queued', 'enqueue'],
  [0, 'running', 'claim'],
];

/** A task that completes after a second. */
export const COMPLETED: readonly Step[] = [...BEGUN, [1, 'completed', 'complete']];
/** A task whose worker is lost at 20 s, with the following steps `end`. */
export const lostWorker = (...end: readonly Step[]): readonly Step[] => [
  ...BEGUN,
  [20, 'retryable_failed', 'fail', 'WORKER_LOST'],
  ...end,
];
/** A task that ends in `failed_terminal` with `errorCode`. */
export const failedWith = (errorCode: Transition['errorCode']): readonly Step[] => [
  ...BEGUN,
  [1, 'failed_terminal', 'fail', errorCode],
];
