/** Effects and their ledger: the result of an effect at its provider, and its entry in the Ledger table. */
import * as z from 'zod/mini';
import { openObject, epochMsSchema } from './stored-fields.ts';

/** Version of ledger records. */
export const LEDGER_SCHEMA_VERSION = 1;

/** How a completion is known. */
export const EffectProof = { Applied: 'applied', Probed: 'probed', Replayed: 'replayed' } as const;
/** One of {@link EffectProof}. */
export type EffectProof = (typeof EffectProof)[keyof typeof EffectProof];

/** The result of an effect at its provider; the same whether it was applied now, probed or replayed. */
export const effectResultSchema = openObject({
  /** Provider part of the kind: `pdf`, `crm`, `slack`. */
  provider: z.string(),
  /** Id at the provider: S3 key, deal id, message ts. */
  externalId: z.string(),
  /** Where a person finds it. */
  location: z.string(),
  /** SHA-256 of the requested content; another hash at the provider means a duplicate mutation. */
  contentHash: z.string(),
});
/** What an effect left at its provider. */
export type EffectResult = z.infer<typeof effectResultSchema>;

/** More versions than a task can have. */
const MAX_FENCE = 1_000_000;

/** Status of a ledger record; the names are those of Powertools. The set is closed, because exactly-once depends on it. */
export const LedgerStatus = { InProgress: 'INPROGRESS', Completed: 'COMPLETED' } as const;
/** One of {@link LedgerStatus}. */
export type LedgerStatus = (typeof LedgerStatus)[keyof typeof LedgerStatus];

/** One effect's entry in the ledger: key, task hash, last state and result fingerprint. */
export const idempotencyRecordSchema = openObject({
  schemaVersion: z.literal(LEDGER_SCHEMA_VERSION),
  /** `effect#` and the SHA-256 of the effect key (Powertools' form). */
  id: z.string(),
  effectKey: z.string(),
  taskHash: z.string(),
  status: z.enum(LedgerStatus),
  /** Owner token of the reservation; absent after the key was freed with an unknown outcome. */
  owner: z.optional(z.string()),
  /** Version of the task at the claim: an older claim never takes over from a newer one. */
  fence: z.int().check(z.minimum(0), z.maximum(MAX_FENCE)),
  attemptId: z.string(),
  /**
   * A take-over before this time is refused, because the earlier worker may still run. After the key was freed: 0, or the time of
   * that write if a request may still be on its way.
   */
  inProgressExpiresAtMs: epochMsSchema,
  resultJson: z.optional(z.string()),
  resultFingerprint: z.optional(z.string()),
  expiresAtEpochSeconds: epochMsSchema,
});
/** One effect's entry in the ledger. */
export type IdempotencyRecord = z.infer<typeof idempotencyRecordSchema>;
