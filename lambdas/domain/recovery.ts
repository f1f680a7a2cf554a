/** Recovery of one stuck task: decided on the strongly consistent item, carried out by conditional writes. */
import { WORKER_BY_KIND } from '../contracts/action-kinds.ts';
import { ExecutionState, TransitionCause } from '../contracts/lifecycle-states.ts';
import type { ExecutionTask } from '../contracts/records.ts';
import { QueueError } from './errors.ts';
import { isTerminal } from './lifecycle.ts';
import type { ExecutionDriver, ExecutionQueueRepo, Ids } from './ports.ts';
import type { RetryPolicy } from './policy.ts';
import { decideRetry } from './retry-policy.ts';
import { failed, redriven, type TransitionContext } from './transitions.ts';

/** A task that was stuck, and where it went. */
export interface RecoveredTask {
  readonly taskId: string;
  readonly quoteId: string;
  readonly from: ExecutionState;
  readonly to: ExecutionState;
  /** Generation that drives it now. */
  readonly generation: number;
}

/** What a recovery works with. */
export interface RecoveryOptions {
  readonly queue: ExecutionQueueRepo;
  readonly driver: ExecutionDriver;
  readonly ids: Ids;
  readonly retryPolicy: RetryPolicy;
  readonly actor: string;
}

/** The transition a stuck task makes next, or `undefined` when it is not stuck (any more). */
export function recoveryOf(
  task: ExecutionTask,
  retryPolicy: RetryPolicy,
  context: TransitionContext,
): ExecutionTask | undefined {
  if (isTerminal(task.state) || task.dueAtMs === undefined || task.dueAtMs > context.nowMs) return undefined;
  if (task.state !== ExecutionState.Running) return redriven(task, TransitionCause.RecoverStale, context);
  const error = new QueueError('WORKER_LOST', { detail: 'The lease ran out' });
  const decision = decideRetry(task, error, retryPolicy, context.nowMs);
  return failed(task, error, decision, context, TransitionCause.RecoverStale);
}

/**
 * A task that waits is not stuck while its driver runs: the driver may itself be waiting for a free worker. A lease that
 * ran out is stuck whoever runs.
 */
const isDriven = async (driver: ExecutionDriver, task: ExecutionTask): Promise<boolean> =>
  task.state !== ExecutionState.Running && (await driver.status(task.taskId, task.generation)) === 'running';

/**
 * Recovers one task: a lost worker's attempt ends first, then the next generation drives on at once.
 * Returns `undefined` when there was nothing to do or somebody else was first.
 */
export async function recoverTask(
  options: RecoveryOptions,
  taskId: string,
  nowMs: number,
): Promise<RecoveredTask | undefined> {
  const { queue, ids, retryPolicy, actor, driver } = options;
  const context = () => ({ nowMs, attemptId: ids.next(), actor, reason: 'Stuck' });
  const found = await queue.get(taskId);
  const next = found && recoveryOf(found, retryPolicy, context());
  if (found === undefined || next === undefined) return undefined;
  if (await isDriven(driver, found)) return undefined;
  const written = await queue.replace(found, next);
  if (written.kind === 'conflict') return undefined;
  let task = written.task;
  if (found.state === ExecutionState.Running && !isTerminal(task.state)) {
    const again = await queue.replace(task, redriven(task, TransitionCause.RecoverStale, context()));
    if (again.kind === 'conflict') return undefined;
    task = again.task;
  }
  if (!isTerminal(task.state)) {
    await driver.start({
      taskId,
      generation: task.generation,
      worker: WORKER_BY_KIND[task.kind],
      waitSeconds: 0,
    });
  }
  return { taskId, quoteId: task.quoteId, from: found.state, to: task.state, generation: task.generation };
}
