/**
 * The events of one chain that one Region holds, from events in any order, any number of times.
 *
 * Invariant 1: equal sets of links give equal holdings. Order, repetition and batching do not matter.
 * Invariant 2: the frontier moves only over consecutive numbers whose hashes are linked.
 * Invariant 3: a number is in dispute if two hashes are known for it: from its own events, or from `prev` of the next event. The holding
 * keeps the lowest such number and claims nothing from it on.
 */
import type { KeyId } from '../log/personal.ts';
import { START } from './links.ts';
import type { Link, Range, ShortHash } from './links.ts';

/** Consecutive linked events. */
export interface Run extends Range {
  /** `prev` of the first event. */
  readonly prev: ShortHash;
  /** Hash of the last event. It depends on all earlier events, so it is the digest of the whole run. */
  readonly hash: ShortHash;
}

/** A held event with missing keys. */
export interface Keyless {
  readonly seq: number;
  readonly keys: readonly KeyId[];
}

/** Two histories under one number. */
export interface Dispute {
  readonly seq: number;
  /** At least two of the hashes that are known for it, sorted. */
  readonly hashes: readonly ShortHash[];
}

/** The held events of one chain. */
export interface ChainHolding {
  /** Events 1 to this number are held, verified and linked; as a run, it starts at number 0. */
  readonly base: Run;
  /** Runs above the frontier, in order. */
  readonly beyond: readonly Run[];
  /** In order of number. */
  readonly keyless: readonly Keyless[];
  readonly dispute?: Dispute;
}

/**
 * Hash of a held event by its number; undefined if no event is held under it. It reads the index `byChain`, which may return either of two
 * events in dispute.
 */
export type HashIndex = (seq: number) => ShortHash | undefined;

/** Nothing is held. */
export const NOTHING_HELD: ChainHolding = {
  base: { from: 0, to: 0, prev: START, hash: START },
  beyond: [],
  keyless: [],
};

/**
 * The holding after more events. The frontier advances by the links themselves, since an index lags behind its table; the index is read
 * only for numbers that were held before.
 */
export function hold(holding: ChainHolding, links: readonly Link[], index: HashIndex): ChainHolding {
  const sorted = links.toSorted((a, b) => a.seq - b.seq || (a.hash < b.hash ? -1 : 1));
  const merge = new Merge(sorted, index, holding.dispute);
  for (const piece of inOrder([holding.base, ...holding.beyond], sorted)) merge.add(piece);
  const [base = holding.base, ...beyond] = merge.runs;
  const keyless = keylessAfter(holding.keyless, sorted);
  return { base, beyond, keyless, ...(merge.dispute === undefined ? {} : { dispute: merge.dispute }) };
}

/** Runs and links (as runs of length one), by their first number; a run comes before a link with the same number. */
function* inOrder(runs: readonly Run[], links: readonly Link[]): Generator<Run> {
  let at = 0;
  for (const run of runs) {
    for (; (links[at]?.seq ?? Infinity) < run.from; at += 1) yield runOf(links[at]);
    yield run;
  }
  for (; at < links.length; at += 1) yield runOf(links[at]);
}

const runOf = (link: Link | undefined): Run => ({
  from: link?.seq ?? 0,
  to: link?.seq ?? 0,
  prev: link?.prev ?? START,
  hash: link?.hash ?? START,
});

/** One pass over runs and links in order. */
class Merge {
  readonly runs: Run[] = [];
  dispute: Dispute | undefined;
  readonly #links: readonly Link[];
  readonly #index: HashIndex;

  constructor(links: readonly Link[], index: HashIndex, dispute: Dispute | undefined) {
    this.#links = links;
    this.#index = index;
    this.dispute = dispute;
  }

  add(piece: Run): void {
    const last = this.runs.at(-1);
    if (last === undefined || piece.from > last.to + 1) this.runs.push(piece);
    else if (piece.from <= last.to) this.#compare(piece, last);
    else if (piece.prev === last.hash)
      this.runs[this.runs.length - 1] = { ...piece, from: last.from, prev: last.prev };
    else {
      this.#note(last.to, [last.hash, piece.prev]);
      this.runs.push(piece);
    }
  }

  /** Handles a link whose number is already held: the same event again, or another history. */
  #compare(link: Run, last: Run): void {
    const held = link.from === last.to ? last.hash : this.#hashAt(link.from);
    if (held === undefined || held === link.hash) return;
    this.#note(link.from, [held, link.hash]);
    const before = link.from === last.from ? last.prev : this.#hashAt(link.from - 1);
    if (before !== undefined && before !== link.prev) this.#note(link.from - 1, [before, link.prev]);
  }

  #hashAt(seq: number): ShortHash | undefined {
    return seq === 0 ? START : (this.#index(seq) ?? this.#inBatch(seq));
  }

  /** Events of this batch are not in the index yet. */
  #inBatch(seq: number): ShortHash | undefined {
    let [low, high] = [0, this.#links.length];
    while (low < high) {
      const middle = (low + high) >> 1;
      if ((this.#links[middle]?.seq ?? Infinity) < seq) low = middle + 1;
      else high = middle;
    }
    const found = this.#links[low];
    return found?.seq === seq ? found.hash : undefined;
  }

  /** Keeps the lowest number in dispute: nothing from it on is claimed, so higher ones change nothing. */
  #note(seq: number, hashes: readonly ShortHash[]): void {
    if (this.dispute !== undefined && this.dispute.seq < seq) return;
    const known = this.dispute?.seq === seq ? this.dispute.hashes : [];
    this.dispute = { seq, hashes: [...new Set([...known, ...hashes])].toSorted().slice(0, MAX_EVIDENCE) };
  }
}

/** Hashes kept of a dispute: two prove it, and a broken origin could make any number of them. */
const MAX_EVIDENCE = 4;

/** Each link names its keys that are missing now; a link without missing keys removes its event from the list. */
function keylessAfter(before: readonly Keyless[], links: readonly Link[]): readonly Keyless[] {
  if (before.length === 0 && links.every(({ missingKeys }) => missingKeys === undefined)) return before;
  const bySeq = new Map(before.map((one) => [one.seq, one]));
  for (const { seq, missingKeys } of links) {
    if (missingKeys === undefined) bySeq.delete(seq);
    else bySeq.set(seq, { seq, keys: missingKeys });
  }
  return [...bySeq.values()].toSorted((a, b) => a.seq - b.seq);
}

/** The holding after a key or its tombstone has arrived. */
export const keyArrived = (holding: ChainHolding, keyId: KeyId): ChainHolding => ({
  ...holding,
  keyless: holding.keyless
    .map(({ seq, keys }) => ({ seq, keys: keys.filter((one) => one !== keyId) }))
    .filter(({ keys }) => keys.length > 0),
});
