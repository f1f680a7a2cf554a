/**
 * The queue service. Every method makes at most one conditional write per transition; whoever loses
 * the race gets a typed answer and has written nothing.
 */
import type { ActionKind, Worker } from '../../actions/kinds.ts';
import type { Pause } from '../contracts/controls.ts';
import { TransitionCause } from '../contracts/lifecycle-states.ts';
import { type ExecutionTask, isKnownTask, type StoredTask } from '../contracts/records.ts';
import type { RunActionInput } from '../contracts/state-machine-io.ts';
import { isDamage } from '../../shared/domain/damaged-items.ts';
import { type DriverView, noSuchTask, viewOf } from './driver/driver-view.ts';
import { storeRequest } from './enqueue/enqueue-request.ts';
import { LeaseLost, QueueError, taskNotFound } from '../../shared/domain/errors.ts';
import { workerIdOf } from './task/identity.ts';
import { mustKnow } from './task/foreign.ts';
import { operated } from './task/operated.ts';
import { NO_PAUSES } from './ports.ts';
import type { RecoveredTask } from './recovery/recovery.ts';
import type {
  ClaimResult,
  EnqueueRequest,
  EnqueueResult,
  OperatorAction,
  QueueServiceOptions,
  RecoverStaleRun,
  TransitionResult,
} from './queue-types.ts';
import { decideRetry } from './task/retry-policy.ts';
import { startDriver } from './driver/start-driver.ts';
import { DEFAULT_SWEEP_LIMITS, sweep } from './recovery/sweep.ts';
import { claimed, completed, failed, held, type TransitionContext } from './task/transitions.ts';
import type { EffectOutcome } from '../../shared/domain/effect.ts';

/** How often a claim looks again after losing a race; each loss means that somebody else moved the task on. */
const CLAIM_LOOKS = 3;

/** See the file head. */
export class ExecutionQueueService {
  readonly #options: Required<QueueServiceOptions>;

  constructor(options: QueueServiceOptions) {
    this.#options = { pauses: NO_PAUSES, ...options };
  }

  #context(actor: string = this.#options.actor, reason?: string): TransitionContext {
    const base = { nowMs: this.#options.clock.nowMs(), attemptId: this.#options.ids.next(), actor };
    return reason === undefined ? base : { ...base, reason };
  }

  /**
   * Stores the task unless its key is taken, then starts its driver. Delivered again it returns the same task and
   * makes sure that the driver of a still queued one runs.
   * @throws {SnapshotRefused} naming each field; @throws {QueueError} `IDEMPOTENCY_KEY_REUSED`; nothing is written
   * @throws {QueueError} `DRIVER_NOT_STARTED`: the task is stored, sending the same request again starts it
   */
  async enqueue(request: EnqueueRequest): Promise<EnqueueResult> {
    const written = await storeRequest(this.#options, request, this.#context(request.actor));
    const { task } = written;
    if (isKnownTask(task) && task.state === 'queued') await startDriver(this.#options.driver, task);
    return written;
  }

  async #mustGet(taskId: string): Promise<StoredTask> {
    const task = await this.#options.queue.get(taskId);
    if (task === undefined) throw taskNotFound(taskId);
    return task;
  }

  /** What a driver of `generation` may do now; writes nothing. */
  async inspect(taskId: string, generation: number, worker?: string): Promise<DriverView> {
    return viewOf(await this.#options.queue.get(taskId), { generation, worker }, this.#options.clock.nowMs());
  }

  /**
   * Grants the task to `workerId` if it is due and this generation drives it. A lease that ran out is recovered first
   * and the task waits for its backoff. A task of a paused kind is held instead, also when the pause is damaged, and no
   * attempt is used up. Delivered again it grants a second lease only when the first is over.
   * @param worker which one asks; a task of another worker's kind is left as it is. @default any
   */
  async claim(taskId: string, generation: number, workerId: string, worker?: Worker): Promise<ClaimResult> {
    let task = await this.#options.queue.get(taskId);
    if (task === undefined) return noSuchTask;
    for (let look = 0; look < CLAIM_LOOKS; look += 1) {
      const view = viewOf(task, { generation, worker }, this.#options.clock.nowMs());
      if (view.kind !== 'claimable' && view.kind !== 'lease_expired') return view;
      const found = mustKnow(task);
      const next = await this.#claimStep(found, view.kind, workerId);
      if (next === 'held') return { kind: 'held' };
      const written = await this.#options.queue.replace(found, next);
      if (written.kind === 'stored') {
        if (next.hold !== undefined) return { kind: 'held' };
        if (view.kind === 'claimable') return { kind: 'granted', task: written.task };
      }
      task = written.kind === 'stored' ? written.task : (written.current ?? (await this.#mustGet(taskId)));
    }
    return { kind: 'wait', waitSeconds: 1 };
  }

  /** The transition of one look of a claim; `held` when the task says already that its kind is paused. */
  async #claimStep(
    task: ExecutionTask,
    view: 'claimable' | 'lease_expired',
    workerId: string,
  ): Promise<ExecutionTask | 'held'> {
    if (view === 'lease_expired') return this.#lost(task, 'The lease ran out', TransitionCause.RecoverStale);
    const pause = await this.#pauseOf(task.kind);
    if (pause === undefined) return claimed(task, this.#options.ids.next(), workerId, this.#context());
    return task.hold === undefined ? held(task, pause, this.#context()) : 'held';
  }

  /**
   * The pause of a kind. One that is damaged counts: whether it was resumed, nobody can say. Its tasks are held until it is
   * repaired, as after `pause`, and no attempt is used up.
   */
  async #pauseOf(kind: ActionKind): Promise<Pick<Pause, 'reason' | 'actor'> | undefined> {
    try {
      return await this.#options.pauses.pauseOf(kind);
    } catch (thrown) {
      if (!isDamage(thrown)) throw thrown;
      return { reason: `The stored pause of ${kind} cannot be read`, actor: this.#options.actor };
    }
  }

  /**
   * `running` → `completed`. `task` is the claimed task: its version and owner are the fence.
   * @throws {LeaseLost} when the fence is not the task's any more; nothing has been written
   */
  async complete(task: ExecutionTask, outcome: EffectOutcome): Promise<ExecutionTask> {
    return this.#fenced(task, completed(task, outcome, this.#context()));
  }

  /**
   * `running` → `retryable_failed` or `failed_terminal`, as the error's kind and the policy say.
   * @throws {LeaseLost} when the fence is not the task's any more; nothing has been written
   */
  async fail(
    task: ExecutionTask,
    error: QueueError,
    policy = this.#options.retryPolicy,
  ): Promise<TransitionResult> {
    const context = this.#context();
    const decision = decideRetry(task, error, policy, context.nowMs);
    return { task: await this.#fenced(task, failed(task, error, decision, context)), decision };
  }

  async #fenced(task: ExecutionTask, next: ExecutionTask): Promise<ExecutionTask> {
    const written = await this.#options.queue.replace(task, next);
    if (written.kind === 'stored') return written.task;
    throw new LeaseLost({
      detail: `Task ${task.taskId} is no longer at version ${task.version} of this owner`,
    });
  }

  #lost(task: ExecutionTask, reason: string, cause?: typeof TransitionCause.RecoverStale): ExecutionTask {
    const context = this.#context(this.#options.actor, reason);
    const error = new QueueError('WORKER_LOST', { detail: reason });
    return failed(
      task,
      error,
      decideRetry(task, error, this.#options.retryPolicy, context.nowMs),
      context,
      cause,
    );
  }

  /**
   * The execution's worker is gone (crash, timeout, out of memory): the attempt ends with an unknown outcome.
   * Delivered again, after somebody else moved the task on, or for an execution that does not fit the task or has not claimed it,
   * it only looks.
   */
  async recordLostWorker(lost: RunActionInput, reason: string): Promise<DriverView> {
    const { taskId, generation, worker } = lost;
    const task = await this.#options.queue.get(taskId);
    const { kind } = viewOf(task, { generation, worker }, this.#options.clock.nowMs());
    const isOurs = task !== undefined && isKnownTask(task) && task.workerId === workerIdOf(lost);
    if (isOurs && task.state === 'running' && kind !== 'wrong_driver')
      await this.#options.queue.replace(task, this.#lost(task, reason));
    return this.inspect(taskId, generation, worker);
  }

  /**
   * One guarded transition by an operator; `retry` raises the generation and starts its driver.
   * @throws {QueueError} `TASK_NOT_FOUND`, `STALE_VERSION` or `ILLEGAL_TRANSITION`, also for a task of a newer release: nothing is
   *   written
   * @throws {QueueError} `DRIVER_NOT_STARTED`: the transition is stored, the sweep starts the driver
   */
  async operate(
    taskId: string,
    action: OperatorAction,
    version: number,
    actor: string,
    reason?: string,
  ): Promise<ExecutionTask> {
    const found = await this.#mustGet(taskId);
    if (found.version !== version) {
      throw new QueueError('STALE_VERSION', {
        detail: `The task is at version ${found.version}, not ${version}`,
      });
    }
    const task = mustKnow(found);
    const written = await this.#options.queue.replace(
      task,
      operated(task, action, this.#context(actor, reason)),
    );
    if (written.kind === 'conflict') throw new QueueError('STALE_VERSION');
    if (action === 'retry') await startDriver(this.#options.driver, written.task);
    return written.task;
  }

  /**
   * Gives every task that is stuck at `nowMs` its next driver, and every held task whose kind is not paused any more.
   * Two calls at once are safe: each recovery is a conditional write, and the loser skips the task. What is left when a
   * limit is reached is found by the next call.
   * @param run bounds, and where the call before stopped; its `onReport` is told what was found, also before a throw
   * @throws {AggregateError} after all others were recovered, with the error of each task that could not be, its message naming them
   */
  async recoverStale(nowMs: number, run: RecoverStaleRun = {}): Promise<readonly RecoveredTask[]> {
    const { limits = DEFAULT_SWEEP_LIMITS, positions, onReport } = run;
    const report = await sweep(this.#options, nowMs, limits, positions);
    onReport?.(report);
    const { recovered, failures, lookedAt } = report;
    if (failures.length > 0) {
      const what = failures.map(({ part, id }) => `${part} ${id}`).join(', ');
      throw new AggregateError(
        failures.map(({ error }) => error),
        `${failures.length} failures at ${lookedAt} candidates: ${what}`,
      );
    }
    return recovered;
  }
}
