/**
 * Links and ranges: the part of an event that a chain needs, and sets of numbers as intervals.
 *
 * Invariant 1: only a verified event in this Region's S3 log becomes a link. Only `linkOf` makes links.
 */
import { accepted, refused } from '../change.ts';
import type { Result } from '../change.ts';
import { GENESIS } from '../log/event.ts';
import type { LogEvent } from '../log/event.ts';
import type { KeyId } from '../log/personal.ts';

/** First 16 bytes of a hash, 32 hex digits: enough to tell histories apart, and half the size of a watermark. */
export type ShortHash = string;

/** The first 16 bytes of a hash. */
export const shortOf = (hash: string): ShortHash => hash.slice(0, 32);

/** {@link GENESIS}, shortened: the hash at number 0 of every chain. */
export const START: ShortHash = shortOf(GENESIS);

/** The part of an event that a chain needs. */
export interface Link {
  /** `chainSeq` of the event. */
  readonly seq: number;
  readonly prev: ShortHash;
  readonly hash: ShortHash;
  /** Keys of the event's ciphertext that this Region does not hold; a tombstone counts as held. Absent: none. */
  readonly missingKeys?: readonly KeyId[];
}

/** What this Region stores besides an event. */
export interface Surroundings {
  /** Object of this Region's S3 log that holds the event's bytes; undefined until it is written. */
  readonly archivedIn: string | undefined;
  /** Whether this Region holds a key or its tombstone. */
  readonly holdsKey: (keyId: KeyId) => boolean;
}

/**
 * The link of a verified event. Refused until its bytes are in the S3 log: a frontier ahead of the log would claim a second copy that does
 * not exist.
 */
export function linkOf(
  event: LogEvent,
  { archivedIn, holdsKey }: Surroundings,
): Result<Link, 'not_archived'> {
  if (archivedIn === undefined) return refused('not_archived', 'archivedIn', 'an object of the S3 log');
  const missingKeys = (event.keys ?? []).filter((keyId) => !holdsKey(keyId));
  const link = { seq: event.chainSeq, prev: shortOf(event.prev), hash: shortOf(event.hash) };
  return accepted(missingKeys.length === 0 ? link : { ...link, missingKeys });
}

/** Numbers of one chain, both ends included. */
export interface Range {
  readonly from: number;
  readonly to: number;
}

/** Count of the numbers in disjoint ranges. */
export const countOf = (ranges: readonly Range[]): number =>
  ranges.reduce((sum, { from, to }) => sum + to - from + 1, 0);

/** Whether a number is in one of the ranges. */
export const contains = (ranges: readonly Range[], seq: number): boolean =>
  ranges.some(({ from, to }) => from <= seq && seq <= to);

/** The union as sorted ranges that neither overlap nor touch. Empty ranges are omitted. */
export function joined(ranges: readonly Range[]): readonly Range[] {
  const out: { from: number; to: number }[] = [];
  for (const { from, to } of ranges.toSorted((a, b) => a.from - b.from)) {
    const last = out.at(-1);
    if (to < from) continue;
    if (last !== undefined && from <= last.to + 1) last.to = Math.max(last.to, to);
    else out.push({ from, to });
  }
  return out;
}

/** Numbers that are in `all` and not in `without`. */
export function less(all: readonly Range[], without: readonly Range[]): readonly Range[] {
  const holes = joined(without);
  return joined(all).flatMap((range) => cut(range, holes));
}

function cut({ from, to }: Range, holes: readonly Range[]): Range[] {
  const left: Range[] = [];
  let next = from;
  for (const hole of holes.filter((one) => one.to >= from && one.from <= to)) {
    if (hole.from > next) left.push({ from: next, to: hole.from - 1 });
    next = hole.to + 1;
  }
  if (next <= to) left.push({ from: next, to });
  return left;
}
