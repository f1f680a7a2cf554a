/** The reason of an operator, put on the transition that a request writes. */
import type { ExecutionTask } from '../../contracts/records.ts';
import type { ExecutionQueueRepo } from '../../domain/ports.ts';

const reasoned = (task: ExecutionTask, reason: string): ExecutionTask => ({
  ...task,
  history: task.history.map((transition) =>
    transition.version === task.version ? { ...transition, reason } : transition,
  ),
});

/** `queue`, whose replacements carry `reason` on their newest transition; `queue` itself when there is no reason. */
export function withReason(queue: ExecutionQueueRepo, reason: string | undefined): ExecutionQueueRepo {
  if (reason === undefined) return queue;
  return {
    putIfAbsent: (task) => queue.putIfAbsent(task),
    get: (taskId) => queue.get(taskId),
    replace: (previous, next) => queue.replace(previous, reasoned(next, reason)),
    listByQuote: (quoteId, options) => queue.listByQuote(quoteId, options),
    listDue: (nowMs, limit) => queue.listDue(nowMs, limit),
  };
}
