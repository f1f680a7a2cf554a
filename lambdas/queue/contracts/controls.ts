/** What operators and the sweep keep in the Controls table. */
import * as z from 'zod/mini';
import { ActionKind } from '../../actions/kinds.ts';
import { openObject, openSet, epochMsSchema } from '../../shared/contracts/stored-fields.ts';

/** Version of the shapes below; a reader refuses a higher one. */
export const CONTROL_SCHEMA_VERSION = 1;

/** Maximum reason of a pause, in UTF-16 code units; every card of the kind shows it. */
export const MAX_PAUSE_REASON_LENGTH = 300;
/** Newest changes that a pause record keeps; older ones fall off. */
export const MAX_PAUSE_HISTORY = 20;

/** Key of the pause of a kind. */
export const pauseIdOf = (kind: ActionKind): string => `pause#${kind}`;

const epochMs = epochMsSchema;
/** More changes than a control can have; a higher number is damage. */
const versionNumber = z.int().check(z.minimum(1), z.maximum(1_000_000_000));

/** A pause: an operator has decided that no action of a kind may start. */
export const pauseSchema = openObject({
  schemaVersion: z.literal(CONTROL_SCHEMA_VERSION),
  /** `pause#<kind>`. */
  controlId: z.string(),
  /** A kind of this release. Pauses of a newer release's kinds have other keys, which this release does not read. */
  kind: z.enum(ActionKind),
  /** Why, for people. */
  reason: z.string().check(z.minLength(1), z.maxLength(MAX_PAUSE_REASON_LENGTH)),
  /** Who gave that reason. */
  actor: z.string(),
  /** When the kind was paused, in ms since the epoch; another reason does not change it. */
  sinceMs: epochMs,
  /** Counts the changes of this record from 1. */
  version: versionNumber,
  /** Identity of the last write. */
  attemptId: z.string(),
});
/** A pause: an operator has decided that no action of a kind may start. */
export type Pause = z.infer<typeof pauseSchema>;

/** What an operator did to a kind. */
export const PauseChange = { Pause: 'pause', Resume: 'resume' } as const;
/** One of {@link PauseChange}. */
export type PauseChange = (typeof PauseChange)[keyof typeof PauseChange];

const pauseChangeSchema = openObject({
  /** Version of the record after it. */
  version: versionNumber,
  /** `pause` on a paused kind replaces the reason. */
  change: openSet(PauseChange),
  actor: z.string(),
  /** In `pause` only. */
  reason: z.optional(z.string()),
  atMs: epochMs,
  /** Identity of the write, by which a write of our own is recognised if its answer was lost. */
  attemptId: z.string(),
});

/**
 * The stored pause of a kind. It is kept when the kind is resumed, to tell who resumed it. It is absent if the kind was never
 * paused.
 */
export const pauseRecordSchema = z.extend(pauseSchema, {
  /** Who put the kind back to work; absent while it is paused. */
  resumed: z.optional(openObject({ actor: z.string(), atMs: epochMs })),
  /** The last {@link MAX_PAUSE_HISTORY} changes, oldest first. */
  history: z.array(pauseChangeSchema).check(z.minLength(1), z.maxLength(MAX_PAUSE_HISTORY)),
});
/** The pause of a kind as stored. */
export type PauseRecord = z.infer<typeof pauseRecordSchema>;
