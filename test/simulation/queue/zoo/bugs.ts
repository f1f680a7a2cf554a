/**
 * The zoo: plausible bugs, each a small change of source that is planted while the module loads. The simulation must find each of them; if
 * it does not, the simulation has a defect.
 */
import type { Mutation } from '../runner/mutation.ts';

/** A bug. */
export interface Bug extends Mutation {
  /** Description of the mistake. */
  readonly name: string;
}

/** Every planted bug. */
export const BUGS: readonly Bug[] = [
  {
    name: 'no probe after an unknown outcome',
    file: 'lambdas/shared/domain/guarded-run.ts',
    find: 'if (this.#inDoubt || applyForbidden !== undefined) {',
    replace: 'if (applyForbidden !== undefined) {',
  },
  {
    name: 'unconditional delete of a ledger record',
    file: 'lambdas/shared/adapters/dynamodb/ledger-repo.ts',
    find: "ConditionExpression: 'attribute_not_exists(id) OR (#status = :inProgress AND #owner = :owner)',",
    replace:
      "ConditionExpression: 'attribute_not_exists(id) OR #status <> :owner OR #owner = :owner OR #status = :inProgress',",
  },
  {
    name: 'key deleted although the outcome is unknown',
    file: 'lambdas/shared/domain/guarded-run.ts',
    find: "this.#inDoubt ? 'unknown' : 'not_applied'",
    replace: "'not_applied'",
  },
  {
    name: 'lease without fence: a late worker completes',
    file: 'lambdas/queue/adapters/dynamodb/task-store.ts',
    find: "expression: 'version = :version AND #owner = :owner',",
    replace: "expression: 'version >= :version AND #owner <> :version OR #owner = :owner',",
  },
  {
    name: 'reservation taken over while it is in force',
    file: 'lambdas/shared/adapters/dynamodb/ledger-repo.ts',
    find: 'inProgressExpiresAtMs < :nowLessSkew',
    replace: 'inProgressExpiresAtMs > :nowLessSkew',
  },
  {
    name: 'skew ignored when a reservation is taken over',
    file: 'lambdas/shared/adapters/dynamodb/ledger-repo.ts',
    find: "':nowLessSkew': request.nowMs - LEDGER_POLICY.clockSkewMs,",
    replace: "':nowLessSkew': request.nowMs + LEDGER_POLICY.clockSkewMs,",
  },
  {
    name: 'version not raised',
    file: 'lambdas/queue/domain/task/move-task.ts',
    find: 'version: task.version + 1,',
    replace: "version: task.version + (move.cause === 'fail' ? 0 : 1),",
  },
  {
    name: 'generation not checked',
    file: 'lambdas/queue/domain/driver/driver-view.ts',
    find: "if (driver.generation !== task.generation) return { kind: 'superseded' };",
    replace: '',
  },
  {
    name: 'retry of an applied conditional write seen as a conflict',
    file: 'lambdas/queue/adapters/dynamodb/task-store.ts',
    find: 'done.version === next.version && done.attemptId === next.attemptId',
    replace: 'done.version === next.version && done.attemptId === `not ${next.attemptId}`',
  },
  {
    name: 'someone else’s write seen as one’s own',
    file: 'lambdas/queue/adapters/dynamodb/task-store.ts',
    find: 'done.version === next.version && done.attemptId === next.attemptId',
    replace: 'done.version === next.version',
  },
  {
    name: 'card of an older version over a newer one',
    file: 'lambdas/slack/domain/card-updater.ts',
    find: 'const task = await this.#options.tasks.get(taskId);',
    replace:
      'const stale: Map<string, typeof found> = ((globalThis as any).stale ??= new Map()); const found = await this.#options.tasks.get(taskId); const task = stale.get(`${this.#options.ids.next().split(".")[0]} ${taskId}`) ?? stale.get(taskId) ?? found; stale.set(taskId, found);',
  },
  {
    name: 'card updated without its lock',
    file: 'lambdas/slack/adapters/dynamodb/card-repo.ts',
    find: "const FREE = '(attribute_not_exists(#owner) OR lockExpiresAtMs < :nowLessSkew)';",
    replace:
      "const FREE = '(attribute_not_exists(#owner) OR lockExpiresAtMs > :nowLessSkew OR lockExpiresAtMs <= :nowLessSkew)';",
  },
  {
    name: 'lifecycle table not asked',
    file: 'lambdas/queue/domain/task/lifecycle.ts',
    find: 'export function assertLegal(row: LifecycleRow): void {',
    replace: 'export function assertLegal(row: LifecycleRow): void { if (row.from !== null) return;',
  },
  {
    name: 'sweep acts on a task that has ended',
    file: 'lambdas/queue/domain/recovery/recovery.ts',
    find: "if (task === undefined || task.hold !== undefined) return { kind: 'left' };",
    replace:
      "if (task === undefined || task.hold !== undefined) return { kind: 'left' }; if (isEnded(task.state)) await options.queue.replace(task, { ...task, version: task.version + 1, generation: task.generation + 1 });",
  },
  {
    name: 'index trusted: what it lists is taken for stale',
    file: 'lambdas/queue/domain/recovery/recovery.ts',
    find: 'const lateness = latenessOf(task, nowMs);\n  const known',
    replace:
      'const lateness = isEnded(task.state) ? latenessOf(task, nowMs) : Lateness.Stale;\n  const known',
  },
  {
    name: 'held tasks never released',
    file: 'lambdas/queue/domain/recovery/pause-looks.ts',
    find: '(pause === undefined ? [kind] : [])',
    replace: '(pause === undefined ? [] : [])',
  },
  {
    name: 'hold uses an attempt up',
    file: 'lambdas/queue/domain/task/transitions.ts',
    find: 'hold: { reason, actor, sinceMs: context.nowMs },',
    replace: 'hold: { reason, actor, sinceMs: context.nowMs }, attempt: task.attempt + 1,',
  },
  {
    name: 'attempt not counted',
    file: 'lambdas/queue/domain/task/transitions.ts',
    find: 'attempt: task.attempt + 1,',
    replace: 'attempt: Math.max(1, task.attempt),',
  },
  {
    name: 'every failure a deferral: attempts without end',
    file: 'lambdas/queue/domain/task/task-policy.ts',
    find: 'task.attempt - task.deferrals;',
    replace: 'Math.min(1, task.attempt - task.deferrals);',
  },
  {
    name: 'lost worker not recorded as doubt',
    file: 'lambdas/shared/domain/errors.ts',
    find: 'this.inDoubt = options.inDoubt ?? leavesDoubt;',
    replace: 'this.inDoubt = false;',
  },
  {
    name: 'lease ended before its time',
    file: 'lambdas/queue/domain/driver/driver-view.ts',
    find: 'const recoverAtMs = (task.leaseExpiresAtMs ?? 0) + POLICY.clockSkewMs;',
    replace: 'const recoverAtMs = (task.leaseExpiresAtMs ?? 0) - POLICY.leaseMs;',
  },
  {
    name: 'same key with another payload accepted',
    file: 'lambdas/queue/domain/enqueue/enqueue.ts',
    find: 'if (written.task.taskHash !== taskHash) throw',
    replace: 'if (written.task.taskHash === undefined) throw',
  },
  {
    name: 'failed start swallowed, and nobody sweeps the queued',
    file: 'lambdas/queue/domain/task/move-task.ts',
    find: 'dueAtMs: context.nowMs + TASK_POLICY.overdueMs,\n    attemptId',
    replace: 'attemptId',
  },
  {
    name: 'task completed before its effect is proven',
    file: 'lambdas/shared/domain/guarded-run.ts',
    find: 'this.#inDoubt = error.inDoubt;\n      throw error;',
    replace:
      "if (error.code === 'PROVIDER_TIMEOUT') return { provider: 'x', externalId: 'x', location: 'x', contentHash: this.#effect.contentHash }; this.#inDoubt = error.inDoubt;\n      throw error;",
  },
  {
    name: 'closed reader: a word of a newer release is damage',
    file: 'lambdas/shared/contracts/stored-fields.ts',
    find: 'z.string().check(z.maxLength(MAX_WORD_LENGTH), z.regex(form))',
    replace: 'z.string().check(z.maxLength(0), z.regex(form))',
  },
  {
    name: 'closed reader: a field of a newer release is damage',
    file: 'lambdas/shared/contracts/stored-fields.ts',
    find: 'z.looseObject(shape)',
    replace: 'z.strictObject(shape)',
  },
  {
    name: 'a field of a newer release is dropped by the next write',
    file: 'lambdas/shared/contracts/stored-fields.ts',
    find: 'z.looseObject(shape)',
    replace: 'z.object(shape)',
  },
  {
    name: 'audit record overwritten',
    file: 'lambdas/queue/adapters/dynamodb/audit-repo.ts',
    find: "ConditionExpression: 'attribute_not_exists(taskId)',",
    replace: '',
  },
  {
    name: 'unknown upload taken for a refusal: an event is lost',
    file: 'lambdas/queue/adapters/event-publisher.ts',
    find: 'const refused = (reason: string): Refusal => ({ left: events, reasons: [reason] });',
    replace: 'const refused = (reason: string): Refusal => ({ left: [], reasons: [reason] });',
  },
  {
    name: 'owner not confirmed before the effect',
    file: 'lambdas/shared/domain/guarded-run.ts',
    find: 'await confirmOwner?.();',
    replace: '',
  },
  {
    name: 'probe overtakes a post that is under way',
    file: 'lambdas/shared/domain/guarded-run.ts',
    find: 'this.#effect.claim.deduplicates === false ? clock.nowMs() : 0',
    replace: '0',
  },
];
