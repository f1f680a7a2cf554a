/** What travels through the state machine: ids, generation and seconds; payloads stay in DynamoDB. */
import * as z from 'zod/mini';
import { PROVIDER_NAMES } from '../../shared/contracts/providers.ts';
import { taskIdSchema } from './records.ts';

/** Outcome of one drive of a task; the Choice state `Outcome` has a rule for each. */
export const RunOutcome = {
  Completed: 'completed',
  RetryableFailed: 'retryable_failed',
  FailedTerminal: 'failed_terminal',
  Superseded: 'superseded',
  /** The kind is paused: the task waits in the table and the sweep starts its next driver once the kind is resumed. */
  Held: 'held',
  /** The execution was started with another worker, generation or task id than the table's; nothing is written. */
  WrongDriver: 'wrong_driver',
} as const;
/** One of {@link RunOutcome}. */
export type RunOutcome = (typeof RunOutcome)[keyof typeof RunOutcome];

/** Longest wait that Step Functions accepts in a Wait state, in seconds (about 3.2 years). */
const MAX_WAIT_SECONDS = 99_999_999;

const waitSecondsSchema = z.int().check(z.minimum(0), z.maximum(MAX_WAIT_SECONDS));

/** Input of one execution, named `<taskId>-<generation>`. */
export const executionInputSchema = z.strictObject({
  taskId: taskIdSchema,
  /** Counts drivers of the task from 1; a driver is superseded if the table has a higher generation. */
  generation: z.int().check(z.minimum(1)),
  /** Worker function of the kind: `run-action-<worker>`. */
  worker: z.enum(PROVIDER_NAMES),
  /** Seconds that the execution waits in `Queued`; the queue always passes 0, because a new driver may claim at once. */
  waitSeconds: waitSecondsSchema,
});
/** Input of one execution. */
export type ExecutionInput = z.infer<typeof executionInputSchema>;

/** Input of `run-action` and of `record-lost-worker`. */
export const runActionInputSchema = z.object({
  taskId: taskIdSchema,
  generation: z.int().check(z.minimum(1)),
  /**
   * Worker that the execution calls, from its input. The name of an unknown worker fits no task. Absent in an execution that an
   * earlier release started.
   */
  worker: z.optional(z.string()),
  /**
   * Name of the execution; it identifies the claims of this execution, because an execution that was started by hand has another
   * name. Absent in an execution that an earlier release started.
   * @default `<taskId>-<generation>`
   */
  execution: z.optional(z.string()),
});
/** Input of `run-action`. */
export type RunActionInput = z.infer<typeof runActionInputSchema>;

/** Answer of `run-action` and of `record-lost-worker`; never a thrown business error. */
export const runActionOutputSchema = z.strictObject({
  outcome: z.enum(RunOutcome),
  /**
   * Whole seconds to wait in `RetryableFailed`; 0 for every other outcome. Always present: without it the execution
   * fails with `States.Runtime`, which nothing can catch.
   */
  waitSeconds: waitSecondsSchema,
});
/** Answer of `run-action` and of `record-lost-worker`. */
export type RunActionOutput = Readonly<z.infer<typeof runActionOutputSchema>>;

/**
 * Errors of a failed execution. Only `FailedTerminal` describes the task. Any other error, also an error of Step Functions, means
 * that the driver is lost and the sweep replaces it.
 */
export const MachineError = {
  FailedTerminal: 'QuoteAction.FailedTerminal',
  /** A worker answered with an outcome outside of {@link RunOutcome}. */
  UnknownOutcome: 'QuoteAction.UnknownOutcome',
  /** The execution's input does not fit the task. Another execution drives the task. */
  WrongDriver: 'QuoteAction.WrongDriver',
} as const;
/** One of {@link MachineError}. */
export type MachineError = (typeof MachineError)[keyof typeof MachineError];

/** The values that `lib` inserts for each `${name}` in the definition; nothing else is substituted. */
export interface MachineSubstitutions {
  /** ARN prefix: prefix + worker name is the ARN of `run-action-<worker>`. */
  readonly RunActionFunctionArnPrefix: string;
  /** `:<alias>` of the workers' release; empty where functions are not versioned. */
  readonly RunActionFunctionArnSuffix: string;
  /** ARN of `record-lost-worker`, of the same release. */
  readonly RecordLostWorkerFunctionArn: string;
}
