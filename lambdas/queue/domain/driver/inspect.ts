/** Inspects a task for its driver. */
import type { Clock } from '../../../shared/domain/ports.ts';
import type { ExecutionQueueRepo } from '../ports.ts';
import { type DriverView, viewOf } from './driver-view.ts';

/** Options of inspecting. */
export interface InspectOptions {
  readonly queue: Pick<ExecutionQueueRepo, 'get'>;
  readonly clock: Clock;
}

/** What a driver of `generation` may do now; writes nothing. */
export type Inspect = (taskId: string, generation: number, worker?: string) => Promise<DriverView>;

/** Creates {@link Inspect}. */
export const createInspect =
  ({ queue, clock }: InspectOptions): Inspect =>
  async (taskId, generation, worker) =>
    viewOf(await queue.get(taskId), { generation, worker }, clock.nowMs());
