/** What travels through the state machine: ids, generation and seconds; payloads stay in DynamoDB. */
import * as z from 'zod/mini';
import { PROVIDER_NAMES } from '../../shared/contracts/providers.ts';
import { taskIdSchema } from './records.ts';

/** Outcome of one drive of a task; the Choice state `Outcome` knows exactly these. */
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
  /** Counts drivers of the task from 1; a driver with a lower one than the table's is superseded. */
  generation: z.int().check(z.minimum(1)),
  /** Worker function of the kind: `run-action-<worker>`. */
  worker: z.enum(PROVIDER_NAMES),
  /** Seconds the execution waits in `Queued`: 0 in every start of the queue, since a new driver may claim at once. */
  waitSeconds: waitSecondsSchema,
});
/** Input of one execution. */
export type ExecutionInput = z.infer<typeof executionInputSchema>;

/** Input of `run-action` and of `record-lost-worker`. */
export const runActionInputSchema = z.object({
  taskId: taskIdSchema,
  generation: z.int().check(z.minimum(1)),
  /**
   * Worker that the execution calls, as its input says; a name that is no worker fits no task. Absent in an execution
   * that an earlier release started.
   */
  worker: z.optional(z.string()),
  /**
   * Name of the execution, by which a claim is its own: one that somebody started by hand has another name. Absent in an execution
   * that an earlier release started.
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
 * Errors that a failed execution shows. Only `FailedTerminal` says something about the task; any other error, also
 * one of Step Functions' own, means that the driver is lost and the sweep replaces it.
 */
export const MachineError = {
  FailedTerminal: 'QuoteAction.FailedTerminal',
  /** A worker answered with an outcome outside of {@link RunOutcome}. */
  UnknownOutcome: 'QuoteAction.UnknownOutcome',
  /** The execution's input does not fit the task, which goes on without it. */
  WrongDriver: 'QuoteAction.WrongDriver',
} as const;
/** One of {@link MachineError}. */
export type MachineError = (typeof MachineError)[keyof typeof MachineError];

/** What `lib` puts in for each `${name}` in the definition; nothing else is substituted. */
export interface MachineSubstitutions {
  /** ARN prefix: prefix + worker name is the ARN of `run-action-<worker>`. */
  readonly RunActionFunctionArnPrefix: string;
  /** `:<alias>` of the workers' release; empty where functions are not versioned. */
  readonly RunActionFunctionArnSuffix: string;
  /** ARN of `record-lost-worker`, of the same release. */
  readonly RecordLostWorkerFunctionArn: string;
}
