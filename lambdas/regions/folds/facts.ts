/** How payloads are read: by schema, openly. */
import * as z from 'zod/mini';
import type { LogEvent } from '../log/event.ts';

/** The only version of payloads so far. A payload of another version is carried and not read. */
export const PAYLOAD_VERSION = 1;

/** Schema of one type of event. */
export const factOf = <const T extends string, P extends z.ZodMiniType>(type: T, payload: P) =>
  z.object({ type: z.literal(type), payload });

/** How a kind of data reads payloads. */
export interface FactReader<F> {
  /** Schema of what its events say, by type. An event that it does not fit is carried and not read. */
  readonly schema: z.ZodMiniType<F>;
  /**
   * Reads frequent types by hand, since the schema costs as much as the rest of the fold. It gives exactly what the schema gives, or
   * undefined, and then the schema decides. @default the schema reads everything
   */
  readonly readFrequent?: (event: Pick<LogEvent, 'type' | 'payload'>) => F | undefined;
}

/**
 * What an event says, or undefined if its type or version is unknown or its payload has another form. Fields that the schema
 * does not name are left out: a newer release may add them.
 */
export function readFact<F>({ schema, readFrequent }: FactReader<F>, event: LogEvent): F | undefined {
  if (event.schemaVersion !== PAYLOAD_VERSION) return undefined;
  const frequent = readFrequent?.(event);
  if (frequent !== undefined) return frequent;
  const parsed = z.safeParse(schema, { type: event.type, payload: event.payload });
  return parsed.success ? parsed.data : undefined;
}

/** Whether a value is a JSON object. */
export const isFields = (value: unknown): value is Partial<Record<string, unknown>> =>
  typeof value === 'object' && value !== null && !Array.isArray(value);

/** Largest number of pieces in one event: sums of 10^6 events stay exact (10^6 × 10^6 < 2^53). */
export const MAX_QUANTITY = 1_000_000;

/** Pieces, from 1. */
export const quantitySchema = z.int().check(z.gte(1), z.lte(MAX_QUANTITY));

/** What {@link quantitySchema} accepts, with another smallest number. */
export const isQuantity = (value: unknown, min: number): value is number =>
  typeof value === 'number' && Number.isSafeInteger(value) && value >= min && value <= MAX_QUANTITY;

/** Longest name, in characters. */
const MAX_NAME_LENGTH = 200;

/** Name of a product, a cart, an order or an account, without its kind. */
export const nameSchema = z.string().check(z.minLength(1), z.maxLength(MAX_NAME_LENGTH));

/** Whether {@link nameSchema} accepts a value for sure. It also accepts longer ones with characters of two code units. */
export const isName = (value: unknown): value is string =>
  typeof value === 'string' && value.length > 0 && value.length <= MAX_NAME_LENGTH;

/** Events seen, as another entity's event carries them. */
export const seenSchema = z.object({
  vector: z.record(z.string(), z.int().check(z.gte(0))),
  beyond: z.array(z.string()),
});
