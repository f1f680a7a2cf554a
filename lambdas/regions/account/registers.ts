/**
 * Registers with causal context: one per field.
 *
 * Invariant 1: a write that saw another one wins against it, whatever their clocks say.
 * Invariant 2: a write that no other one saw is never lost silently: it is the value or a conflict.
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

/** A field as its writes say. */
export interface Register extends WrittenValue {
  /**
   * Concurrent writes that do not count, by event id. Readers open the ciphertext and hide those whose text is the value's; the
   * fold compares events.
   */
  readonly conflicts: readonly WrittenValue[];
}

const inOrder = (a: FieldWrite, b: FieldWrite): number => compareEvents(a.copies[0], b.copies[0]);
const saw = (later: FieldWrite, earlier: FieldWrite): boolean =>
  sawCommand(later.copies[0].seen, earlier.copies);

/** Of two writes that saw each other, by copies of theirs, the one that is later in the total order overwrites. */
const overwrites = (other: FieldWrite, write: FieldWrite): boolean =>
  other !== write && saw(other, write) && (!saw(write, other) || inOrder(write, other) < 0);

/** Writes that no other one overwrites, in the total order. A ring of writes that saw each other keeps them all. */
function openWrites(writes: readonly FieldWrite[]): readonly FieldWrite[] {
  const sorted = writes.toSorted(inOrder);
  // The next write mostly saw the one before, so looking from behind finds it at once.
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
