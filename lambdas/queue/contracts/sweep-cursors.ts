/** Where the sweep's walks stopped, in the Controls table. */
import * as z from 'zod/mini';
import { openObject } from '../../shared/contracts/stored-fields.ts';

/** Version of the shape below. */
export const SWEEP_CURSOR_SCHEMA_VERSION = 1;

/** The data that the sweep reads in parts, one part per run. */
export const SweepWalk = {
  /** The shards of due and held tasks. */
  Due: 'due',
  /** The ledger, for records that have expired. */
  Ledger: 'ledger',
  /** The tasks, for transitions that are not in the audit trail. */
  Audit: 'audit',
} as const;
/** One of {@link SweepWalk}. */
export type SweepWalk = (typeof SweepWalk)[keyof typeof SweepWalk];

/** Key of the cursor of a walk. */
export const sweepCursorIdOf = (walk: SweepWalk): string => `sweep#${walk}`;

/**
 * Where a walk continues. It is only a hint: if it is lost, stale or reset, the walk reads some pages twice. Written conditional
 * on `version`.
 */
export const sweepCursorSchema = openObject({
  schemaVersion: z.literal(SWEEP_CURSOR_SCHEMA_VERSION),
  /** `sweep#<walk>`. */
  controlId: z.string(),
  /** The last key that was read, by shard or under `all`. */
  positions: z.record(
    z.string(),
    openObject({
      key: z.string(),
      /** Of the shards of due tasks only, in ms since the epoch. */
      dueAtMs: z.optional(z.int()),
    }),
  ),
  /** Counts the writes from 1. */
  version: z.int().check(z.minimum(1), z.maximum(1_000_000_000)),
  /** In ms since the epoch. */
  updatedAtMs: z.int().check(z.minimum(0)),
});
/** Where a walk continues. */
export type SweepCursor = z.infer<typeof sweepCursorSchema>;
