/** How payloads are read: by schema, openly. */
import * as z from 'zod/mini';
import type { LogEvent } from '../log/event.ts';

/** The only version of payloads so far. A payload of another version is carried and not read. */
export const PAYLOAD_VERSION = 1;

/** Schema of one type of event. */
export const factOf = <const T extends string, P extends z.ZodMiniType>(type: T, payload: P) =>
  z.object({ type: z.literal(type), payload });

/**
 * What an event says, or undefined if its type or version is unknown or its payload has another form. Fields that the schema
 * does not name are left out: a newer release may add them.
 */
export function readFact<F>(
  schema: z.ZodMiniType<F>,
  { type, schemaVersion, payload }: LogEvent,
): F | undefined {
  if (schemaVersion !== PAYLOAD_VERSION) return undefined;
  const parsed = z.safeParse(schema, { type, payload });
  return parsed.success ? parsed.data : undefined;
}

/** Largest number of pieces in one event: sums of 10^6 events stay exact (10^6 × 10^6 < 2^53). */
export const MAX_QUANTITY = 1_000_000;

/** Pieces, from 1. */
export const quantitySchema = z.int().check(z.gte(1), z.lte(MAX_QUANTITY));

/** Name of a product, a cart, an order or an account, without its kind. */
export const nameSchema = z.string().check(z.minLength(1), z.maxLength(200));

/** Events seen, as another entity's event carries them. */
export const seenSchema = z.object({
  vector: z.record(z.string(), z.int().check(z.gte(0))),
  beyond: z.array(z.string()),
});
