/** Events that the queue puts on the bus, for the cards in Slack and for other subscribers. */
import * as z from 'zod/mini';
import { openObject } from '../../shared/contracts/stored-fields.ts';
import { auditRecordSchema } from './records.ts';

/** Source of every event on the bus. */
export const EVENT_SOURCE = 'quoteq';
/** Detail type of a transition. */
export const EXECUTION_TRANSITIONED = 'ExecutionTransitioned';

const {
  schemaVersion,
  kind,
  version,
  from,
  to,
  cause,
  actor,
  attempt,
  deferrals,
  generation,
  errorCode,
  atMs,
} = auditRecordSchema.shape;

/**
 * Detail of `ExecutionTransitioned`. Delivered at least once and in any order: (taskId, version) is its identity, and
 * the task itself is the truth.
 */
export const executionTransitionedSchema = openObject({
  schemaVersion,
  taskId: z.string(),
  quoteId: z.string(),
  kind,
  /** Version the task has after the transition. */
  version,
  from,
  to,
  cause,
  actor,
  attempt,
  deferrals,
  generation,
  errorCode,
  /** When the task made it, in ms since the epoch. */
  atMs,
});
/** Detail of `ExecutionTransitioned`. */
export type ExecutionTransitioned = z.infer<typeof executionTransitionedSchema>;
