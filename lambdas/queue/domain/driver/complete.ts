/** Completing a claimed task with the outcome of its effect. */
import type { Clock, Ids } from '../../../shared/domain/ports.ts';
import type { ExecutionQueueRepo } from '../ports.ts';
import type { ExecutionQueueService } from '../queue-service.ts';
import { contextOf } from '../task/move-task.ts';
import { completed } from '../task/transitions.ts';
import { fencedWrite } from './fenced-write.ts';

/** Options of completing. */
export interface CompleteOptions {
  readonly queue: Pick<ExecutionQueueRepo, 'replace'>;
  readonly clock: Clock;
  readonly ids: Ids;
  /** The actor of the transition: `system:<function>`. */
  readonly actor: string;
}

/** The use case of {@link ExecutionQueueService.complete}. */
export const createComplete =
  (options: CompleteOptions): ExecutionQueueService['complete'] =>
  (task, outcome) =>
    fencedWrite(options.queue, task, completed(task, outcome, contextOf(options, options.actor)));
