/** What operators and the sweep keep in the Controls table. */
import * as z from 'zod/mini';
import { ActionKind } from './action-kinds.ts';

/** Version of the shapes below; a reader refuses a higher one. */
export const CONTROL_SCHEMA_VERSION = 1;

/** Longest reason of a pause, in UTF-16 code units: it stands on every card of the kind. */
export const MAX_PAUSE_REASON_LENGTH = 300;

/** Key of the pause of a kind. */
export const pauseIdOf = (kind: ActionKind): string => `pause#${kind}`;

/**
 * The word of an operator that no action of a kind is to start. Present while the kind is paused; resuming deletes it,
 * conditional on `version`.
 */
export const pauseSchema = z.strictObject({
  schemaVersion: z.literal(CONTROL_SCHEMA_VERSION),
  /** `pause#<kind>`. */
  controlId: z.string(),
  kind: z.enum(ActionKind),
  /** Why, for people. */
  reason: z.string().check(z.minLength(1), z.maxLength(MAX_PAUSE_REASON_LENGTH)),
  /** Who paused it. */
  actor: z.string(),
  /** In ms since the epoch. */
  sinceMs: z.int().check(z.minimum(0)),
  /** Counts the changes of this pause from 1. */
  version: z.int().check(z.minimum(1)),
  /** Identity of the write. */
  attemptId: z.string(),
});
/** The word of an operator that no action of a kind is to start. */
export type Pause = z.infer<typeof pauseSchema>;
