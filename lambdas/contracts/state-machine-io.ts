/** What travels through the state machine: ids, generation and seconds; payloads stay in DynamoDB. */
import * as z from 'zod/mini';

/** Outcome of one drive of a task; the Choice state `Outcome` knows exactly these. */
export const RunOutcome = {
  Completed: 'completed',
  RetryableFailed: 'retryable_failed',
  FailedTerminal: 'failed_terminal',
  Superseded: 'superseded',
} as const;
/** One of {@link RunOutcome}. */
export type RunOutcome = (typeof RunOutcome)[keyof typeof RunOutcome];

/** Input of one execution, named `<taskId>-<generation>`. */
export const executionInputSchema = z.strictObject({
  taskId: z.string().check(z.regex(/^task-[0-9a-f]{40}$/)),
  /** Counts drivers of the task from 1; a driver with a lower one than the table's is superseded. */
  generation: z.int().check(z.minimum(1)),
  /** Worker function of the kind: `run-action-<worker>`. */
  worker: z.enum(['pdf', 'crm', 'slack']),
  /** Seconds the execution waits in `Queued`; 0 at first, the remaining backoff for a later generation. */
  waitSeconds: z.int().check(z.minimum(0)),
});
/** Input of one execution. */
export type ExecutionInput = z.infer<typeof executionInputSchema>;

/** Input of `run-action` and of `record-lost-worker`. */
export const runActionInputSchema = z.object({
  taskId: z.string().check(z.regex(/^task-[0-9a-f]{40}$/)),
  generation: z.int().check(z.minimum(1)),
});
/** Input of `run-action`. */
export type RunActionInput = z.infer<typeof runActionInputSchema>;

/** Answer of `run-action` and of `record-lost-worker`; never a thrown business error. */
export interface RunActionOutput {
  readonly outcome: RunOutcome;
  /** Seconds to wait in `RetryableFailed`; 0 for every other outcome. */
  readonly waitSeconds: number;
}
