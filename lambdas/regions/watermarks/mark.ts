/**
 * Marks: a Region's published claim about the events that it holds. Bounded, so that a backlog of any size fits into one item.
 *
 * Invariant 1: a mark claims only held events. Events that do not fit are neither claimed nor secured, and `more` tells that they exist.
 * Invariant 2: without `more` and without a dispute, equal marks mean equal sets of events, byte for byte.
 */
import type { ChainId, Origin } from '../log/event.ts';
import { hold, NOTHING_HELD } from './holding.ts';
import type { ChainHolding, HashIndex, Run } from './holding.ts';
import { START } from './links.ts';
import type { Link, Range, ShortHash } from './links.ts';

/** Most islands of a mark. */
export const MAX_ISLANDS = 8;
/** Most events without keys that a mark names. */
export const MAX_KEYLESS = 8;

/** A Region's claim about one chain. */
export interface ChainMark {
  /** Events 1 to this number are held. */
  readonly frontier: number;
  /** Hash at the frontier: the digest of everything up to it. */
  readonly hash: ShortHash;
  /** Runs above the frontier, the lowest first, at most {@link MAX_ISLANDS}. */
  readonly islands: readonly Run[];
  /** Whether more events are held beyond the last island. */
  readonly more: boolean;
  /** Held events without all of their keys, the lowest first, at most {@link MAX_KEYLESS}. They are not secured. */
  readonly keyless: readonly number[];
  /** Whether events beyond the last of `keyless` lack keys too. No event with keys beyond it is secured. */
  readonly moreKeyless: boolean;
  /** Lowest number with two histories. Nothing from it on is claimed. Absent: no dispute is known. */
  readonly disputedAt?: number;
}

/** The events of an origin that a receiver holds: one item of the table `Watermarks`, written by the receiver only. */
export interface Watermark {
  readonly receiver: Origin;
  readonly origin: Origin;
  /** A chain without held events has no mark. */
  readonly chains: ReadonlyMap<ChainId, ChainMark>;
}

/** The mark of a chain without held events. */
export const NO_MARK: ChainMark = {
  frontier: 0,
  hash: START,
  islands: [],
  more: false,
  keyless: [],
  moreKeyless: false,
};

/** Limits of a mark. A list that closes an origin names everything: both are Infinity. */
export interface MarkLimits {
  readonly islands: number;
  readonly keyless: number;
}

const PUBLISHED: MarkLimits = { islands: MAX_ISLANDS, keyless: MAX_KEYLESS };

/**
 * The mark of a holding. The index is read only if a dispute cuts a run.
 * @param limits bounds of the mark. @default the bounds of a published mark
 */
export function markOf(holding: ChainHolding, index: HashIndex, limits: MarkLimits = PUBLISHED): ChainMark {
  const disputedAt = holding.dispute?.seq;
  const [base, ...beyond] = claimable([holding.base, ...holding.beyond], disputedAt, index);
  const keyless = holding.keyless.map(({ seq }) => seq).filter((seq) => seq < (disputedAt ?? Infinity));
  return {
    frontier: base?.to ?? 0,
    hash: base?.hash ?? START,
    islands: beyond.slice(0, limits.islands),
    more: beyond.length > limits.islands,
    keyless: keyless.slice(0, limits.keyless),
    moreKeyless: keyless.length > limits.keyless,
    ...(disputedAt === undefined ? {} : { disputedAt }),
  };
}

function claimable(runs: readonly Run[], disputedAt: number | undefined, index: HashIndex): readonly Run[] {
  if (disputedAt === undefined) return runs;
  return runs
    .filter(({ from }) => from < disputedAt)
    .flatMap((run) => (run.to < disputedAt ? run : cutAt(run, disputedAt - 1, index)));
}

/** The part of a run up to a number; none if the hash at that number is not known. Every later run is beyond the dispute. */
function cutAt(run: Run, to: number, index: HashIndex): readonly Run[] {
  const hash = index(to);
  return hash === undefined ? [] : [{ ...run, to, hash }];
}

/** The claimed numbers of a mark, as ranges in order. */
export const claimsOf = ({ frontier, islands }: ChainMark): readonly Range[] =>
  frontier === 0 ? islands : [{ from: 1, to: frontier }, ...islands];

/** The last number that a mark claims; 0 if it claims nothing. */
export const lastClaim = ({ frontier, islands }: ChainMark): number => islands.at(-1)?.to ?? frontier;

/**
 * The proof that a mark holds number `seq`: the end of the run that contains `seq`, with its hash. Undefined if the mark does not claim it.
 */
export function proofOf(
  mark: ChainMark,
  seq: number,
): { readonly seq: number; readonly hash: ShortHash } | undefined {
  if (seq < 1) return undefined;
  if (seq <= mark.frontier) return { seq: mark.frontier, hash: mark.hash };
  const island = mark.islands.find(({ from, to }) => from <= seq && seq <= to);
  return island === undefined ? undefined : { seq: island.to, hash: island.hash };
}

/** Whether a mark claims that all keys of a claimed event are held too. */
export const claimsKeysOf = ({ keyless, moreKeyless }: ChainMark, seq: number): boolean =>
  !keyless.includes(seq) && !(moreKeyless && seq > (keyless.at(-1) ?? 0));

/** Whether two marks prove equal sets of events. Marks with `more` or with a dispute never compare equal. */
export const sameHistory = (a: ChainMark, b: ChainMark): boolean =>
  [a, b].every(({ more, disputedAt }) => !more && disputedAt === undefined) &&
  a.frontier === b.frontier &&
  a.hash === b.hash &&
  a.islands.length === b.islands.length &&
  a.islands.every((run, at) => sameRun(run, b.islands[at]));

const sameRun = (a: Run, b: Run | undefined): boolean =>
  a.from === b?.from && a.to === b.to && a.prev === b.prev && a.hash === b.hash;

/**
 * Numbers that a Region has to read again from its index to continue from its published mark: events whose keys are missing, and numbers
 * that the mark does not claim. `to` is Infinity if the end is open.
 */
export function toReread(mark: ChainMark): readonly Range[] {
  const open = Math.min(
    mark.more ? lastClaim(mark) + 1 : Infinity,
    mark.moreKeyless ? (mark.keyless.at(-1) ?? 0) + 1 : Infinity,
    // A dispute may have cut a run at an event that the index did not show yet.
    mark.disputedAt === undefined ? Infinity : mark.frontier + 1,
  );
  const single = mark.keyless.filter((seq) => seq < open).map((seq) => ({ from: seq, to: seq }));
  return open === Infinity ? single : [...single, { from: open, to: Infinity }];
}

/** The holding of a Region that restarts: its published mark, and the links of {@link toReread}. */
export const restore = (mark: ChainMark, links: readonly Link[], index: HashIndex): ChainHolding =>
  hold(published(mark), links, index);

/** Placeholder for the missing keys of an event that a mark names; their real names are read again. No key with this name exists. */
const SOME_KEY = '?';

const published = ({ frontier, hash, islands, keyless, disputedAt }: ChainMark): ChainHolding => ({
  base: { ...NOTHING_HELD.base, to: frontier, hash },
  beyond: islands,
  keyless: keyless.map((seq) => ({ seq, keys: [SOME_KEY] })),
  ...(disputedAt === undefined ? {} : { dispute: { seq: disputedAt, hashes: [] } }),
});

/**
 * The mark after more events, computed from the published mark alone, so that the cost does not grow with a backlog. It claims only held
 * events, and may claim fewer than are held: events beyond a bound stay unclaimed until {@link toReread} is read.
 */
export function advance(mark: ChainMark, links: readonly Link[], index: HashIndex): ChainMark {
  const lastNamed = mark.more ? lastClaim(mark) : Infinity;
  const lastKeyless = mark.moreKeyless ? (mark.keyless.at(-1) ?? 0) : Infinity;
  const near = links.filter(({ seq }) => seq <= lastNamed);
  const next = markOf(hold(published(mark), near, index), index);
  return {
    ...next,
    more: next.more || mark.more,
    // Naming an event beyond unnamed ones would make those look complete.
    keyless: next.keyless.filter((seq) => seq <= lastKeyless),
    moreKeyless: next.moreKeyless || mark.moreKeyless,
  };
}
