/**
 * Registers with causal context: one per field.
 *
 * Invariant 1: a write that saw another write replaces it, regardless of their clocks.
 * Invariant 2: a write that no other write saw is never lost silently: it is the value or a conflict.
 */
import { compareEvents, compareText, type EventId, type JsonValue } from '../log/event.ts';
import { type Copies, sawCommand } from '../folds/kept.ts';
import { type WriteEvent, type WriteState, writeEffectOf } from './account-table.ts';

/** One write of one field. */
export interface FieldWrite {
  readonly event: WriteEvent;
  readonly value: JsonValue;
  readonly copies: Copies;
}

/** A value that was written, with the event that wrote it. */
export interface WrittenValue {
  readonly value: JsonValue;
  readonly id: EventId;
}

/** Value of a field, computed from its writes. */
export interface Register extends WrittenValue {
  /**
   * Concurrent writes that are not the value, by event id. Readers open the ciphertext and hide those with the same text as the value; the
   * fold compares events only.
   */
  readonly conflicts: readonly WrittenValue[];
}

const inOrder = (a: FieldWrite, b: FieldWrite): number => compareEvents(a.copies[0], b.copies[0]);
const saw = (later: FieldWrite, earlier: FieldWrite): boolean =>
  sawCommand(later.copies[0].seen, earlier.copies);

/** If two writes saw each other (through their copies), the later one in the total order overwrites the other. */
const overwrites = (other: FieldWrite, write: FieldWrite): boolean =>
  other !== write && saw(other, write) && (!saw(write, other) || inOrder(write, other) < 0);

/** Writes that no other write overwrites, in the total order. If writes saw each other in a ring, all of them stay. */
function openWrites(writes: readonly FieldWrite[]): readonly FieldWrite[] {
  const sorted = writes.toSorted(inOrder);
  // The next write usually saw the previous one, so a search from the end finds it at once.
  const open = sorted.filter((write) => sorted.findLast((other) => overwrites(other, write)) === undefined);
  return open.length === 0 ? sorted : open;
}

const written = ({ value, copies }: FieldWrite): WrittenValue => ({ value, id: copies[0].id });
const byId = (a: WrittenValue, b: WrittenValue): number => compareText(a.id, b.id);

/** The register of a field. @param writes - at least one, one for each command */
export function registerOf(writes: readonly [FieldWrite, ...FieldWrite[]]): Register {
  const open = new Set(openWrites(writes));
  const largest = [...open].at(-1) ?? writes[0];
  const stateOf = (write: FieldWrite): WriteState => {
    if (write === largest) return 'largest';
    return open.has(write) ? 'concurrent' : 'overwritten';
  };
  const conflicts = writes.filter((write) => writeEffectOf(write.event, stateOf(write)) === 'conflict');
  return { ...written(largest), conflicts: conflicts.map(written).toSorted(byId) };
}
