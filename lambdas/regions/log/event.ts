/**
 * The event: one fact that one Region accepted, written once and never changed. Every other folder in `lambdas/regions` uses its names and
 * its order.
 *
 * Invariant 1: an event is its `body`. Every other field is read from it, and `hash` is the SHA-256 of its UTF-8 bytes.
 * Invariant 2: `(entity, id)` always names the same body, in every Region.
 */

/** A value that JSON can hold. */
export type JsonValue =
  null | boolean | number | string | readonly JsonValue[] | { readonly [key: string]: JsonValue };

/** Hybrid logical time: larger than the time of every event that the writer had seen. Ordered by `wallMs`, then `counter`. */
export interface Hlc {
  /** Milliseconds since 1970 by the writer's clock, or more if the writer had seen more; 0 to 2^48 - 1. */
  readonly wallMs: number;
  /** Counts events with the same `wallMs`, from 0 to 2^32 - 1. */
  readonly counter: number;
}

/** Writer of an event: `<region>.<incarnation>`, e.g. `eu-central-1.k7q2`. A Region that lost its table becomes a new origin. */
export type Origin = string;

/** Id of an event within its entity: `<origin>#<entitySeq>`. */
export type EventId = string;

/** A sequence of events that one origin numbers without gaps: `<origin>#<shard>.<lane>`. */
export type ChainId = string;

/** Events of one entity that a writer had folded. Events missing in a gap do not count as seen. */
export interface Seen {
  /** By origin: all events 1 to this number are seen. An absent origin counts as 0. */
  readonly vector: Readonly<Record<Origin, number>>;
  /** Events seen after a gap of their origin, sorted by origin and number. */
  readonly beyond: readonly EventId[];
}

/** Content of an event, before it is numbered in a chain. */
export interface EventContent {
  /** Subject of the event: `<kind>#<id>`, e.g. `cart#c1`. Partition key. */
  readonly entity: string;
  /** Type of the fact, e.g. `cart.item_added`. A reader keeps types that it does not know. */
  readonly type: string;
  /** Version of the type's payload, from 1. A reader keeps versions that it does not know. */
  readonly schemaVersion: number;
  /** The command that caused it. If a command is accepted twice, both events have the same id. */
  readonly commandId: string;
  /** What the writer had folded of this entity. */
  readonly seen: Seen;
  /** When the entity's present state expires, in ms since 1970. Absent: never. */
  readonly deadlineAtMs?: number;
  /** Ids of the keys that the payload's ciphertext needs, sorted. Absent: the payload has no personal fields. */
  readonly keys?: readonly string[];
  /** The fact itself, by type and version. */
  readonly payload: JsonValue;
}

/** A complete event. */
export interface LogEvent extends EventContent {
  readonly id: EventId;
  readonly origin: Origin;
  /** Counts the origin's events of this entity, from 1 without gaps. */
  readonly entitySeq: number;
  readonly chain: ChainId;
  /** Counts the events of the chain, from 1 without gaps. */
  readonly chainSeq: number;
  readonly hlc: Hlc;
  /** Hash of the chain's previous event, 64 hex digits; {@link GENESIS} for the first. */
  readonly prev: string;
  /** The event's bytes as the origin wrote them. Stored and copied unchanged, never rebuilt from the fields. */
  readonly body: string;
  /** SHA-256 of the body's UTF-8 bytes, 64 lower-case hex digits. */
  readonly hash: string;
}

/** `prev` of a chain's first event. */
export const GENESIS = '0'.repeat(64);

/** Id of an origin's event of an entity. */
export const eventIdOf = (origin: Origin, entitySeq: number): EventId => `${origin}#${entitySeq}`;

/** Order of texts by UTF-16 code units: the same on every machine, unlike the order of a locale. */
export const compareText = (a: string, b: string): number => {
  if (a === b) return 0;
  return a < b ? -1 : 1;
};

/** Order of hybrid times. */
export const compareHlc = (a: Hlc, b: Hlc): number => a.wallMs - b.wallMs || a.counter - b.counter;

/** The total order among copies of one command and among concurrent writes of an entity: (hlc, origin, entitySeq). */
export const compareEvents = (
  a: Pick<LogEvent, 'hlc' | 'origin' | 'entitySeq'>,
  b: Pick<LogEvent, 'hlc' | 'origin' | 'entitySeq'>,
): number => compareHlc(a.hlc, b.hlc) || compareText(a.origin, b.origin) || a.entitySeq - b.entitySeq;
