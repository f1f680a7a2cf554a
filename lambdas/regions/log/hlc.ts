/**
 * Hybrid logical clock: the wall clock, and a counter for times that the wall clock cannot order.
 *
 * Invariant 1: an event's time is larger than that of every event that its writer had seen of the entity.
 * Invariant 2: only verified and folded events advance a clock. A refused message does not. Time decides only between concurrent writes, so
 * a wrong clock can be unfair but never loses a piece or a payment.
 */
import { compareHlc } from './event.ts';
import type { Hlc } from './event.ts';

/** Largest `wallMs` of an event: 2^48 - 1, in the year 10889. */
export const MAX_WALL_MS = 2 ** 48 - 1;
/** Largest `counter` of an event. */
export const MAX_COUNTER = 2 ** 32 - 1;
/** A clock that runs ahead by more than this many milliseconds raises an alarm. */
export const SKEW_ALARM_MS = 250;
/** An event whose time is ahead by more than this many milliseconds is flagged for a person. It is never dropped. */
export const SKEW_FLAG_MS = 60_000;

/** The later of two times; an absent time is earlier than every other. */
export const laterOf = (a: Hlc | undefined, b: Hlc | undefined): Hlc | undefined => {
  if (a === undefined || b === undefined) return a ?? b;
  return compareHlc(a, b) < 0 ? b : a;
};

const isWithin = (value: unknown, max: number): boolean =>
  Number.isSafeInteger(value) && Number(value) >= 0 && Number(value) <= max;

/** Whether a value is a time that an event may have. */
export const isHlc = (value: unknown): value is Hlc => {
  if (typeof value !== 'object' || value === null) return false;
  const { wallMs, counter } = value as Partial<Record<keyof Hlc, unknown>>;
  return isWithin(wallMs, MAX_WALL_MS) && isWithin(counter, MAX_COUNTER);
};

/**
 * The time of the next event: max(wall, latest) + 1.
 * @param nowMs the wall clock of the writer, in ms since 1970.
 * @param latest the latest time in the entity's head and in all that was folded of it; absent for a new entity.
 * @returns undefined if no later time exists, which only a damaged clock can cause.
 */
export function nextHlc(nowMs: number, latest: Hlc | undefined): Hlc | undefined {
  const next = after(Math.trunc(nowMs), latest);
  return isHlc(next) ? next : undefined;
}

function after(wallMs: number, latest: Hlc | undefined): Hlc {
  if (latest === undefined || wallMs > latest.wallMs) return { wallMs, counter: 0 };
  if (latest.counter < MAX_COUNTER) return { wallMs: latest.wallMs, counter: latest.counter + 1 };
  return { wallMs: latest.wallMs + 1, counter: 0 };
}

/** How far an event's time is from a reader's clock. */
export type Skew = 'ok' | 'alarm' | 'flagged';

/** How far an event's time is ahead of a reader's clock. An earlier time is the normal delay of copying. */
export function skewOf(hlc: Hlc, nowMs: number): Skew {
  const aheadMs = hlc.wallMs - nowMs;
  if (aheadMs > SKEW_FLAG_MS) return 'flagged';
  return aheadMs > SKEW_ALARM_MS ? 'alarm' : 'ok';
}
