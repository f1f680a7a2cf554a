/**
 * Marks: what a Region publishes of what it holds. Bounded, so that a backlog of any size fits into one item.
 *
 * Invariant 1: a mark claims only what is held. What does not fit is not claimed, not secured, and `more` says that it exists.
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

/** What a Region claims to hold of a chain. */
export interface ChainMark {
  /** Events 1 to this number are held. */
  readonly frontier: number;
  /** Hash at the frontier: the digest of everything up to it. */
  readonly hash: ShortHash;
  /** Runs above the frontier, the lowest first, at most {@link MAX_ISLANDS}. */
  readonly islands: readonly Run[];
  /** Whether more is held beyond the last island. */
  readonly more: boolean;
  /** Held events without all of their keys, the lowest first, at most {@link MAX_KEYLESS}. They are not secured. */
  readonly keyless: readonly number[];
  /** Whether events beyond the last of `keyless` lack keys too. No event with keys beyond it is secured. */
  readonly moreKeyless: boolean;
  /** Lowest number with two histories. Nothing from it on is claimed. Absent: no dispute is known. */
  readonly disputedAt?: number;
}

/** What a receiver holds of an origin: one item of the table `Watermarks`, written by the receiver only. */
export interface Watermark {
  readonly receiver: Origin;
  readonly origin: Origin;
  /** A chain of which nothing is held has no mark. */
  readonly chains: ReadonlyMap<ChainId, ChainMark>;
}

/** The mark of nothing. */
export const NO_MARK: ChainMark = {
  frontier: 0,
  hash: START,
  islands: [],
  more: false,
  keyless: [],
  moreKeyless: false,
};

/** How much a mark may name. A list that is made to close an origin names all: both are Infinity. */
export interface MarkLimits {
  readonly islands: number;
  readonly keyless: number;
}

const PUBLISHED: MarkLimits = { islands: MAX_ISLANDS, keyless: MAX_KEYLESS };

/**
 * The mark of a holding. The index is asked only if a dispute cuts a run.
 * @param limits what fits. @default the bounds of a published mark
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

/** The run up to a number; nothing of it if its hash there is not known. Every later run lies beyond the dispute. */
function cutAt(run: Run, to: number, index: HashIndex): readonly Run[] {
  const hash = index(to);
  return hash === undefined ? [] : [{ ...run, to, hash }];
}

/** What a mark claims, as ranges in order. */
export const claimsOf = ({ frontier, islands }: ChainMark): readonly Range[] =>
  frontier === 0 ? islands : [{ from: 1, to: frontier }, ...islands];

/** The last number that a mark claims; 0 if it claims nothing. */
export const lastClaim = ({ frontier, islands }: ChainMark): number => islands.at(-1)?.to ?? frontier;

/**
 * Where a mark proves that it holds number `seq`: the end of the run that `seq` is in, with its hash. Undefined if the mark does not
 * claim it.
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

/** Whether a mark says that all keys of a claimed event are held too. */
export const claimsKeysOf = ({ keyless, moreKeyless }: ChainMark, seq: number): boolean =>
  !keyless.includes(seq) && !(moreKeyless && seq > (keyless.at(-1) ?? 0));

/** Whether two marks prove equal sets of events. `more` and a dispute never compare equal. */
export const sameHistory = (a: ChainMark, b: ChainMark): boolean =>
  [a, b].every(({ more, disputedAt }) => !more && disputedAt === undefined) &&
  a.frontier === b.frontier &&
  a.hash === b.hash &&
  a.islands.length === b.islands.length &&
  a.islands.every((run, at) => sameRun(run, b.islands[at]));

const sameRun = (a: Run, b: Run | undefined): boolean =>
  a.from === b?.from && a.to === b.to && a.prev === b.prev && a.hash === b.hash;

/**
 * Numbers that a Region has to read again from its index to go on from its published mark: events whose keys are missing, and what
 * the mark does not claim. `to` is Infinity where the end is open.
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

/** Takes the place of the keys of an event that a mark names: which they are is read again. No key of this name arrives. */
const SOME_KEY = '?';

const published = ({ frontier, hash, islands, keyless, disputedAt }: ChainMark): ChainHolding => ({
  base: { ...NOTHING_HELD.base, to: frontier, hash },
  beyond: islands,
  keyless: keyless.map((seq) => ({ seq, keys: [SOME_KEY] })),
  ...(disputedAt === undefined ? {} : { dispute: { seq: disputedAt, hashes: [] } }),
});

/**
 * The mark after more events, from the published mark alone: the cost does not grow with a backlog. It claims nothing that is not
 * held, and may claim less than is held: what lies beyond a bound stays unclaimed until {@link toReread} is read.
 */
export function advance(mark: ChainMark, links: readonly Link[], index: HashIndex): ChainMark {
  const lastNamed = mark.more ? lastClaim(mark) : Infinity;
  const lastKeyless = mark.moreKeyless ? (mark.keyless.at(-1) ?? 0) : Infinity;
  const near = links.filter(({ seq }) => seq <= lastNamed);
  const next = markOf(hold(published(mark), near, index), index);
  return {
    ...next,
    more: next.more || mark.more,
    // An event that is named beyond unnamed ones would make those look complete.
    keyless: next.keyless.filter((seq) => seq <= lastKeyless),
    moreKeyless: next.moreKeyless || mark.moreKeyless,
  };
}
