/**
 * The naive model that watermarks are compared with: it keeps complete sets of events and scans them for each answer.
 *
 * Histories consist of three kinds of links: `main` is written by an honest origin; `fork` follows the previous main event; `branch`
 * follows the previous fork.
 */
import { fc } from '@fast-check/vitest';
import { hold, NOTHING_HELD } from '../../../../lambdas/regions/watermarks/holding.ts';
import type { ChainHolding, HashIndex, Run } from '../../../../lambdas/regions/watermarks/holding.ts';
import { START } from '../../../../lambdas/regions/watermarks/links.ts';
import type { Link } from '../../../../lambdas/regions/watermarks/links.ts';
import {
  markOf,
  MAX_ISLANDS,
  MAX_KEYLESS,
  restore,
  toReread,
} from '../../../../lambdas/regions/watermarks/mark.ts';
import type { ChainMark } from '../../../../lambdas/regions/watermarks/mark.ts';

export const KEY = 'eu-central-1.a1#account-7';

const hashOf = (kind: string, seq: number): string =>
  seq === 0 ? START : `${kind}${seq.toString(16).padStart(31, '0')}`;

export const main = (seq: number): Link => ({ seq, prev: hashOf('a', seq - 1), hash: hashOf('a', seq) });
export const fork = (seq: number): Link => ({ seq, prev: hashOf('a', seq - 1), hash: hashOf('b', seq) });
export const branch = (seq: number): Link => ({
  seq,
  prev: seq === 1 ? hashOf('c', 99) : hashOf('b', seq - 1),
  hash: hashOf('c', seq),
});

export const LONGEST = 24;

const numbers = Array.from({ length: LONGEST }, (_, at) => at + 1);

/** Numbers of the main history: random ones, almost all, or every second one, which gives more islands than a mark can name. */
export const anyHonest = fc
  .oneof(
    fc.subarray(numbers),
    fc
      .uniqueArray(fc.constantFrom(...numbers), { maxLength: 4 })
      .map((holes) => numbers.filter((seq) => !holes.includes(seq))),
    fc
      .uniqueArray(fc.constantFrom(...numbers), { maxLength: 5 })
      .map((changed) => numbers.filter((seq) => (seq % 2 === 0) !== changed.includes(seq))),
  )
  .map((seqs) => seqs.map(main));

/** Links, some of other histories. */
export const anyLinks = fc
  .tuple(
    anyHonest,
    fc.array(fc.tuple(fc.constantFrom(fork, branch), fc.integer({ min: 1, max: LONGEST })), { maxLength: 2 }),
  )
  .map(([honest, others]) => unique([...honest, ...others.map(([make, seq]) => make(seq))]));

export const unique = (links: readonly Link[]): Link[] => [
  ...new Map(links.map((link) => [link.hash, link])).values(),
];

/** The lowest number for which two hashes are known. */
export function disputeOf(links: readonly Link[]): number | undefined {
  const known = new Map<number, Set<string>>([[0, new Set([START])]]);
  const note = (seq: number, hash: string): void =>
    void known.set(seq, (known.get(seq) ?? new Set()).add(hash));
  for (const { seq, prev, hash } of links) {
    note(seq, hash);
    note(seq - 1, prev);
  }
  const disputed = [...known].filter(([, hashes]) => hashes.size > 1).map(([seq]) => seq);
  return disputed.length === 0 ? undefined : Math.min(...disputed);
}

/** Runs of held numbers below the dispute. */
export function runsOf(links: readonly Link[]): Run[] {
  const below = disputeOf(links) ?? Infinity;
  const runs: Run[] = [];
  for (const { seq, prev, hash } of links
    .filter((one) => one.seq < below)
    .toSorted((a, b) => a.seq - b.seq)) {
    const last = runs.at(-1);
    if (last?.to === seq - 1) runs[runs.length - 1] = { ...last, to: seq, hash };
    else runs.push({ from: seq, to: seq, prev, hash });
  }
  return runs;
}

/** The mark of a set, by definition. */
export function naiveMark(links: readonly Link[]): ChainMark {
  const runs = runsOf(links);
  const disputedAt = disputeOf(links);
  const [first] = runs;
  const base = first?.from === 1 ? first : undefined;
  const islands = base === undefined ? runs : runs.slice(1);
  const keyless = links
    .filter(({ seq, missingKeys }) => missingKeys !== undefined && seq < (disputedAt ?? Infinity))
    .map(({ seq }) => seq)
    .toSorted((a, b) => a - b);
  return {
    frontier: base?.to ?? 0,
    hash: base?.hash ?? START,
    islands: islands.slice(0, MAX_ISLANDS),
    more: islands.length > MAX_ISLANDS,
    keyless: keyless.slice(0, MAX_KEYLESS),
    moreKeyless: keyless.length > MAX_KEYLESS,
    ...(disputedAt === undefined ? {} : { disputedAt }),
  };
}

/** Whether a set is one history and fits into a mark. */
export const isPlain = (links: readonly Link[]): boolean => {
  const { more, disputedAt } = naiveMark(links);
  return !more && disputedAt === undefined;
};

/** A Region that holds links, with its index and its restarts. */
export class Receiver {
  holding: ChainHolding = NOTHING_HELD;
  readonly stored: Link[] = [];

  /** Returns the first stored of two events in dispute. */
  readonly index: HashIndex = (seq) => this.stored.find((link) => link.seq === seq)?.hash;

  take(links: readonly Link[]): this {
    this.holding = hold(this.holding, links, this.index);
    this.stored.push(...links);
    return this;
  }

  mark(): ChainMark {
    return markOf(this.holding, this.index);
  }

  /** Forgets everything except the published mark and the stored events. */
  restart(): void {
    const mark = this.mark();
    const ranges = toReread(mark);
    const read = this.stored.filter(({ seq }) => ranges.some(({ from, to }) => from <= seq && seq <= to));
    this.holding = restore(mark, read, this.index);
  }
}

export const receiverOf = (links: readonly Link[]): Receiver => new Receiver().take(links);
export const indexOf = (links: readonly Link[]): HashIndex => receiverOf(links).index;
