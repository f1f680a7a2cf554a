/**
 * Two marks side by side: what one Region has to get from another, and whether both tell the same history.
 *
 * Comparing two Regions costs their watermarks, some 6 KB an origin, however many events there are, and what is missing comes out as
 * exact numbers.
 */
import type { ChainId } from '../log/event.ts';
import type { HashIndex } from './holding.ts';
import { less } from './links.ts';
import type { Range, ShortHash } from './links.ts';
import { claimsOf, lastClaim, NO_MARK, sameHistory } from './mark.ts';
import type { ChainMark, Watermark } from './mark.ts';

/** What a Region lacks of a chain and a peer holds. */
export interface Missing {
  /** Numbers to read from the peer, in order. */
  readonly ranges: readonly Range[];
  /**
   * The peer holds events from this number on that its mark does not name: its index is read from here to the end. Two Regions can
   * lack the same early events, so waiting for the mark to name the later ones could last for ever. Absent: nothing more.
   */
  readonly moreFrom?: number;
}

/** What is to be pulled from a peer, by its mark. What this Region holds beyond its own bound is named too; pulling it changes nothing. */
export function missingFrom(here: ChainMark, peer: ChainMark): Missing {
  const ranges = less(claimsOf(peer), claimsOf(here));
  return peer.more ? { ranges, moreFrom: lastClaim(peer) + 1 } : { ranges };
}

/** What two histories are to each other. */
export type Agreement =
  /** Every hash that the peer shows is that of an event held here. */
  | { readonly kind: 'same' }
  /** The peer shows hashes of events that are not held here; the others agree. */
  | { readonly kind: 'unknown' }
  /** Two events under one number, somewhere up to `seq`. */
  | {
      readonly kind: 'forked';
      readonly seq: number;
      readonly here: ShortHash;
      readonly peer: ShortHash;
    };

/** Compares the hashes that a peer's mark shows with those of the events held here. */
export function agreementWith(peer: ChainMark, index: HashIndex): Agreement {
  const shown = hashesShown(peer).map(({ seq, hash }) => ({ seq, peer: hash, here: index(seq) }));
  for (const { seq, here, peer: there } of shown)
    if (here !== undefined && here !== there) return { kind: 'forked', seq, here, peer: there };
  return { kind: shown.some(({ here }) => here === undefined) ? 'unknown' : 'same' };
}

/** Hashes in a mark: at the ends of its runs, and those that islands name as the ones before. */
const hashesShown = ({ frontier, hash, islands }: ChainMark): { seq: number; hash: ShortHash }[] => [
  ...(frontier === 0 ? [] : [{ seq: frontier, hash }]),
  ...islands.flatMap((run) => [
    { seq: run.from - 1, hash: run.prev },
    { seq: run.to, hash: run.hash },
  ]),
];

/** How two Regions differ in one origin's events. */
export interface Difference {
  readonly chain: ChainId;
  /** What `here` lacks. */
  readonly here: Missing;
  /** What `peer` lacks. */
  readonly peer: Missing;
  /** Two hashes are shown for one number, or a dispute is known: pulling numbers does not help. */
  readonly forked: boolean;
}

/** Chains in which two watermarks of one origin do not prove equal sets, in order of name; empty if all do. */
export function differences(here: Watermark, peer: Watermark): readonly Difference[] {
  const chains = [...new Set([...here.chains.keys(), ...peer.chains.keys()])].toSorted();
  return chains.flatMap((chain) => {
    const [ours, theirs] = [here.chains.get(chain) ?? NO_MARK, peer.chains.get(chain) ?? NO_MARK];
    return sameHistory(ours, theirs) ? [] : [differenceOf(chain, ours, theirs)];
  });
}

const differenceOf = (chain: ChainId, ours: ChainMark, theirs: ChainMark): Difference => ({
  chain,
  here: missingFrom(ours, theirs),
  peer: missingFrom(theirs, ours),
  forked: [ours, theirs].some(({ disputedAt }) => disputedAt !== undefined) || contradictAt(ours, theirs),
});

/** Whether two marks show different hashes for one number. */
export function contradictAt(a: ChainMark, b: ChainMark): boolean {
  const shown = new Map(hashesShown(a).map(({ seq, hash }) => [seq, hash]));
  return hashesShown(b).some(({ seq, hash }) => (shown.get(seq) ?? hash) !== hash);
}
