/**
 * Repairs damaged copies. A wrong put or a rollback of the table can win in every Region by last-writer-wins. Therefore a Region compares
 * every copy with its own hash and takes verified bytes from a peer or from an S3 log.
 *
 * Invariant 1: only bytes that are not a valid event of their key are replaced, on the condition that they are still stored. This is the
 * one exception to absent-only puts, and the only write that may change an item of `Events`.
 * Invariant 2: this code never chooses between two valid events with one name: the incarnation is closed and a person decides.
 */
import { accepted, refused } from '../change.ts';
import type { Result } from '../change.ts';
import { readBody, readEvent, storedFormOf } from './body.ts';
import type { StoredEvent } from './body.ts';
import type { EventRef } from './command.ts';
import type { LogEvent } from './event.ts';

/** A write of verified bytes. */
export type Repair =
  /** Puts an event that is missing; redelivery finds it stored and changes nothing. */
  | { readonly kind: 'put_absent'; readonly next: StoredEvent }
  /** Replaces exactly the damaged item that was read. */
  | { readonly kind: 'replace'; readonly whenStored: StoredEvent; readonly next: StoredEvent };

/** Why bytes are not written. */
export type RepairRefusal = 'unverified' | 'equivocation';

/**
 * Plans the repair of one event of this Region.
 * @param wanted the name under which the bytes are to be stored.
 * @param stored what is stored under that name, as read; undefined if nothing is stored.
 * @param body the bytes of a peer or of an S3 log.
 * @returns undefined if the stored copy already has these bytes.
 */
export function planRepair(
  wanted: EventRef,
  stored: StoredEvent | undefined,
  body: string,
): Result<Repair | undefined, RepairRefusal> {
  const verified = readBody(body);
  if (!verified.ok || !isNamed(verified.value, wanted))
    return refused('unverified', 'body', `the bytes of ${wanted.entity} ${wanted.id}`);
  const next = storedFormOf(verified.value);
  if (stored === undefined) return accepted({ kind: 'put_absent', next });
  const here = readEvent(stored);
  if (!here.ok || !isNamed(here.value, wanted))
    return accepted({ kind: 'replace', whenStored: stored, next });
  if (here.value.hash === next.hash) return accepted(undefined);
  return refused('equivocation', 'hash', here.value.hash);
}

const isNamed = (event: LogEvent, { entity, id }: EventRef): boolean =>
  event.entity === entity && event.id === id;
