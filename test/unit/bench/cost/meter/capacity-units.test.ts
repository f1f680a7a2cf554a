import { describe, expect, it } from 'vitest';
import {
  indexWriteUnits,
  itemBytes,
  readUnits,
  type StoredItem,
  valueBytes,
  writeUnits,
} from '../../../../../bench/cost/meter/capacity-units.ts';

/** An item of the given number of bytes. */
const itemOf = (bytes: number, more: StoredItem = {}): StoredItem => {
  const rest = itemBytes({ id: { S: '' }, ...more });
  return { id: { S: 'x'.repeat(bytes - rest) }, ...more };
};

describe('the size of a value', () => {
  it.each([
    ['text in UTF-8', { S: 'Łódź' }, 7],
    ['no text', { S: '' }, 0],
    ['a number: a byte for two digits, and one', { N: '1234567' }, 5],
    ['a number without its zeros at either end', { N: '1200000' }, 2],
    ['nothing', { N: '0' }, 1],
    ['a negative number with one byte more', { N: '-12' }, 3],
    ['a fraction', { N: '0.0025' }, 2],
    ['bytes', { B: new Uint8Array(9) }, 9],
    ['a boolean', { BOOL: true }, 1],
    ['null', { NULL: true }, 1],
    ['a list with 3 bytes and 1 for each element', { L: [{ S: 'ab' }, { N: '1' }] }, 3 + 3 + 3],
    ['an empty map', { M: {} }, 3],
    ['a map with the names of its fields', { M: { ab: { S: 'c' } } }, 3 + 2 + 1 + 1],
    ['a set of text', { SS: ['ab', 'c'] }, 3],
    ['a set of numbers', { NS: ['12', '3'] }, 4],
    ['a set of bytes', { BS: [new Uint8Array(4)] }, 4],
  ])('is correct for %s', (_name, value, bytes) => {
    expect(valueBytes(value)).toBe(bytes);
  });

  it('counts the names of an item', () => {
    expect(itemBytes({ taskId: { S: 'task-1' }, version: { N: '2' } })).toBe(6 + 6 + 7 + 2);
  });
});

describe('a read', () => {
  it.each([
    [0, 'strong', 1],
    [1, 'strong', 1],
    [4_096, 'strong', 1],
    [4_097, 'strong', 2],
    [0, 'eventual', 0.5],
    [4_097, 'eventual', 1],
    [409_600, 'strong', 100],
  ] as const)('of %i bytes, %s, costs %f units', (bytes, consistency, units) => {
    expect(readUnits(bytes, consistency)).toBe(units);
  });
});

describe('a write', () => {
  it('costs one unit per started kilobyte of the larger of the two items', () => {
    expect(writeUnits(undefined, itemOf(1_024))).toBe(1);
    expect(writeUnits(undefined, itemOf(1_025))).toBe(2);
    expect(writeUnits(itemOf(5_000), itemOf(100))).toBe(5);
    expect(writeUnits(itemOf(100), itemOf(5_000))).toBe(5);
  });

  it('costs one unit when there is no item at all', () => {
    expect(writeUnits(undefined, undefined)).toBe(1);
  });
});

const INDEX = { name: 'byDeadline', keys: ['shard', 'dueAtMs'] };
const due = (dueAtMs: string, more: StoredItem = {}): StoredItem => ({
  id: { S: 'task-1' },
  shard: { S: 'due-1' },
  dueAtMs: { N: dueAtMs },
  ...more,
});
const inIndex = (before: StoredItem | undefined, after: StoredItem | undefined, projection?: 'all'): number =>
  indexWriteUnits(before, after, projection === undefined ? INDEX : { ...INDEX, projection }, ['id']);

describe('an index', () => {
  it('costs one write for an added entry and one for a removed entry', () => {
    expect(inIndex(undefined, due('1'))).toBe(1);
    expect(inIndex(due('1'), { id: { S: 'task-1' } })).toBe(1);
    expect(inIndex(due('1'), undefined)).toBe(1);
  });

  it('costs two writes when the key of the entry changes', () => {
    expect(inIndex(due('1'), due('2'))).toBe(2);
  });

  it('costs nothing for an item that is not in it', () => {
    expect(inIndex({ id: { S: 'task-1' } }, { id: { S: 'task-1' }, state: { S: 'completed' } })).toBe(0);
  });

  it('of keys only costs nothing when other attributes change; an index of all attributes costs a write', () => {
    const [before, after] = [due('1', { state: { S: 'queued' } }), due('1', { state: { S: 'running' } })];

    expect(inIndex(before, after)).toBe(0);
    expect(inIndex(before, after, 'all')).toBe(1);
    expect(inIndex(before, before, 'all')).toBe(0);
  });

  it('is charged by the size of its own entry', () => {
    const large = due('1', { payload: { S: 'x'.repeat(3_000) } });

    expect(inIndex(undefined, large)).toBe(1);
    expect(inIndex(undefined, large, 'all')).toBe(3);
  });
});
