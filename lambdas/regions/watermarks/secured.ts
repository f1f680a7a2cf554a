/**
 * Secured: two present incarnations hold an event and the keys of its ciphertext. The event then survives the loss of one Region.
 *
 * Invariant 1: an incarnation counts once, and only while it is present. If one is lost, the answer is computed again without it.
 * Invariant 2: a claim counts only if its hash matches the history held here. A peer that is ahead counts as soon as this Region has caught
 * up to the end of the peer's run.
 * Invariant 3: if only one incarnation is present, the bytes in `Agreements` are the second copy (a replica and a witness).
 * Invariant 4: from a number that any Region knows to be in dispute, no event is secured. The answer is a pure function. It is not stored,
 * so it never has to be revoked.
 */
import type { LogEvent, Origin } from '../log/event.ts';
import type { HashIndex } from './holding.ts';
import { claimsKeysOf, proofOf } from './mark.ts';
import type { ChainMark } from './mark.ts';

/** Known copies of an event. */
export interface Copies {
  /** Incarnations in service, without fenced, lost or closed ones. */
  readonly present: ReadonlySet<Origin>;
  /** Marks of the event's chain by receiver, this Region's own included. */
  readonly marks: ReadonlyMap<Origin, ChainMark>;
  /** Hashes of the event's chain in this Region. */
  readonly index: HashIndex;
  /** Whether the event's bytes are stored in `Agreements`. */
  readonly inAgreements: boolean;
}

type Subject = Pick<LogEvent, 'origin' | 'chainSeq' | 'keys'>;

/** Whether an event of this Region's log is secured. */
export function isSecured(event: Subject, copies: Copies): boolean {
  const holders = holdersOf(event, copies).length;
  return holders >= 2 || (holders === 1 && copies.present.size === 1 && copies.inAgreements);
}

/** Present incarnations that hold the event and its keys, in order of name. */
export function holdersOf(event: Subject, copies: Copies): readonly Origin[] {
  const isDisputed = [...copies.marks.values()].some(
    ({ disputedAt }) => (disputedAt ?? Infinity) <= event.chainSeq,
  );
  if (isDisputed) return [];
  return [...copies.present].filter((incarnation) => holds(incarnation, event, copies)).toSorted();
}

function holds(incarnation: Origin, event: Subject, { marks, index }: Copies): boolean {
  const needsKeys = (event.keys ?? []).some((keyId) => !keyId.startsWith(`${event.origin}#`));
  // The writer holds its own events, and it made its own keys before it used them.
  if (incarnation === event.origin && !needsKeys) return true;
  const mark = marks.get(incarnation);
  if (mark === undefined || (event.keys !== undefined && !claimsKeysOf(mark, event.chainSeq))) return false;
  const proof = proofOf(mark, event.chainSeq);
  return proof !== undefined && index(proof.seq) === proof.hash;
}
