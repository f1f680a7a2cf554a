/**
 * Compares two marks: the events that one Region needs from another, and whether both have the same history.
 *
 * A comparison of two Regions transfers only their watermarks, about 6 KB per origin, regardless of the number of events. It gives the
 * exact numbers of the missing events.
 */
import type { ChainId } from '../log/event.ts';
import type { HashIndex } from './holding.ts';
import { less } from './links.ts';
import type { Range, ShortHash } from './links.ts';
import { claimsOf, lastClaim, NO_MARK, sameHistory } from './mark.ts';
import type { ChainMark, Watermark } from './mark.ts';

/** Events of a chain that a peer holds and this Region lacks. */
export interface Missing {
  /** Numbers to read from the peer, in order. */
  readonly ranges: readonly Range[];
  /**
   * The peer holds events from this number on that its mark does not name: its index is read from here to the end. Two Regions can lack the
   * same early events, so the mark might never name the later ones. Absent: nothing more.
   */
  readonly moreFrom?: number;
}

/**
 * Events to pull from a peer, by its mark. They can include events that this Region holds beyond its own bound; pulling them again changes
 * nothing.
 */
export function missingFrom(here: ChainMark, peer: ChainMark): Missing {
  const ranges = less(claimsOf(peer), claimsOf(here));
  return peer.more ? { ranges, moreFrom: lastClaim(peer) + 1 } : { ranges };
}

/** Relation of two histories. */
export type Agreement =
  /** Every hash that the peer shows is the hash of an event held here. */
  | { readonly kind: 'same' }
  /** The peer shows hashes of events that are not held here; the others agree. */
  | { readonly kind: 'unknown' }
  /** Two events have the same number, at or below `seq`. */
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

/** Hashes in a mark: at the ends of its runs, and the previous hashes that islands name. */
const hashesShown = ({ frontier, hash, islands }: ChainMark): { seq: number; hash: ShortHash }[] => [
  ...(frontier === 0 ? [] : [{ seq: frontier, hash }]),
  ...islands.flatMap((run) => [
    { seq: run.from - 1, hash: run.prev },
    { seq: run.to, hash: run.hash },
  ]),
];

/** Difference of two Regions in one origin's events. */
export interface Difference {
  readonly chain: ChainId;
  /** Events that `here` lacks. */
  readonly here: Missing;
  /** Events that `peer` lacks. */
  readonly peer: Missing;
  /** Two hashes are shown for one number, or a dispute is known: pulling events does not resolve it. */
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
