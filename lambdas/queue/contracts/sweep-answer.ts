/** The answer of one run of `sweep`. If the run fails, the answer is the message of its error, as JSON. */
import * as z from 'zod/mini';
import { ALL_ERROR_CODES } from '../../shared/contracts/error-codes.ts';
import { openCodes, openSet } from '../../shared/contracts/stored-fields.ts';
import { ExecutionState, TransitionCause } from './lifecycle-states.ts';

/** The subject of a failure of a sweep; each failure also has the id of its subject. */
export const SweepPart = {
  /** A task that could not be recovered or released, by its id. */
  Task: 'task',
  /** The audit trail of a task, which could not be compared or repaired; by the task's id. */
  Trail: 'trail',
  /** A record of the ledger that could not be deleted, by its id. */
  LedgerRecord: 'ledger_record',
  /** A shard of due or held tasks that could not be read, by its name; `all` when recovery failed as a whole. */
  Lane: 'lane',
  /** The pause of a kind that could not be read, by the kind. */
  Pause: 'pause',
  /** The cursor of a walk, which could not be read or stored; by the walk. */
  Cursor: 'cursor',
  /** A page of a table that could not be read, by the walk. */
  Page: 'page',
} as const;
/** One of {@link SweepPart}. */
export type SweepPart = (typeof SweepPart)[keyof typeof SweepPart];

/** Parts that a sweep reads: a failure means that a part of the data was not read. */
export const BLIND_PARTS: readonly SweepPart[] = [
  SweepPart.Lane,
  SweepPart.Pause,
  SweepPart.Cursor,
  SweepPart.Page,
];

/** One failure: ids, a code and our own text; never a payload, a person's name or a token. */
const sweepFailureSchema = z.object({
  part: openSet(SweepPart),
  id: z.string(),
  code: openCodes(ALL_ERROR_CODES),
  /** What is wrong, for people. */
  detail: z.string(),
});
/** One failure of a sweep. */
export type SweepFailure = z.infer<typeof sweepFailureSchema>;

const recoveredSchema = z.object({
  taskId: z.string(),
  quoteId: z.string(),
  from: openSet(ExecutionState),
  to: openSet(ExecutionState),
  /** Generation that drives it now. */
  generation: z.number(),
  cause: openSet(TransitionCause),
});

/** What a run did, and its failures. */
export const sweepAnswerSchema = z.object({
  /** Tasks that got their next driver. */
  recovered: z.array(recoveredSchema),
  failures: z.array(sweepFailureSchema),
  /** Number of recovered tasks and failures beyond {@link MAX_NAMED}; only the log of the function names them. */
  leftOut: z.int().check(z.minimum(0)),
});
/** What a run did, and its failures. */
export type SweepAnswer = z.infer<typeof sweepAnswerSchema>;

/** Recovered tasks, and failures, that the error of a run names: 2 × 100 × some 400 bytes fit into one line of its log. */
export const MAX_NAMED = 100;
