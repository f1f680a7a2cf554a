/** Claiming a task: grants a lease to its driver, or tells why it cannot. */
import type { ActionKind } from '../../../actions/kinds.ts';
import { isDamage } from '../../../shared/domain/damaged-items.ts';
import type { Pause } from '../../contracts/controls.ts';
import { TransitionCause } from '../../contracts/lifecycle-states.ts';
import type { ExecutionTask } from '../../contracts/records.ts';
import type { ExecutionQueueRepo, PauseSource } from '../ports.ts';
import type { ExecutionQueueService } from '../queue-service.ts';
import { mustKnow } from '../task/foreign.ts';
import { existingTask } from '../task/existing-task.ts';
import { contextOf } from '../task/move-task.ts';
import { claimed, held } from '../task/transitions.ts';
import { noSuchTask, viewOf } from './driver-view.ts';
import { attemptLost, type LostAttemptOptions } from './lost-attempt.ts';

/** Options of a claim. */
export interface ClaimOptions extends LostAttemptOptions {
  readonly queue: Pick<ExecutionQueueRepo, 'get' | 'replace'>;
  readonly pauses: PauseSource;
}

/** Number of reads of a claim that loses races; each loss means that another actor moved the task. */
const CLAIM_LOOKS = 3;

/**
 * The pause of a kind. A damaged pause counts as a pause, because it is unknown whether the kind was resumed. Its tasks are
 * held until it is repaired, as after `pause`, and use no attempt.
 */
async function pauseOf(
  { pauses, actor }: ClaimOptions,
  kind: ActionKind,
): Promise<Pick<Pause, 'reason' | 'actor'> | undefined> {
  try {
    return await pauses.pauseOf(kind);
  } catch (thrown) {
    if (!isDamage(thrown)) throw thrown;
    return { reason: `The stored pause of ${kind} cannot be read`, actor };
  }
}

/** The transition after one read; `held` if the task already says that its kind is paused. */
async function claimStep(
  options: ClaimOptions,
  task: ExecutionTask,
  view: 'claimable' | 'lease_expired',
  workerId: string,
): Promise<ExecutionTask | 'held'> {
  if (view === 'lease_expired') {
    return attemptLost(options, task, 'The lease ran out', TransitionCause.RecoverStale);
  }
  const pause = await pauseOf(options, task.kind);
  if (pause === undefined) {
    return claimed(task, options.ids.next(), workerId, contextOf(options, options.actor));
  }
  return task.hold === undefined ? held(task, pause, contextOf(options, options.actor)) : 'held';
}

/** The use case of {@link ExecutionQueueService.claim}. */
export const createClaim =
  (options: ClaimOptions): ExecutionQueueService['claim'] =>
  async (taskId, generation, workerId, worker) => {
    const { queue, clock } = options;
    let task = await queue.get(taskId);
    if (task === undefined) return noSuchTask;
    for (let look = 0; look < CLAIM_LOOKS; look += 1) {
      const view = viewOf(task, { generation, worker }, clock.nowMs());
      if (view.kind !== 'claimable' && view.kind !== 'lease_expired') return view;
      const found = mustKnow(task);
      const next = await claimStep(options, found, view.kind, workerId);
      if (next === 'held') return { kind: 'held' };
      const written = await queue.replace(found, next);
      if (written.kind === 'stored') {
        if (next.hold !== undefined) return { kind: 'held' };
        if (view.kind === 'claimable') return { kind: 'granted', task: written.task };
      }
      task =
        written.kind === 'stored' ? written.task : (written.current ?? (await existingTask(queue, taskId)));
    }
    return { kind: 'wait', waitSeconds: 1 };
  };
