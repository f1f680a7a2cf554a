/**
 * Computes what DynamoDB bills for a request in on-demand mode, from the items that it reads or writes. Pure. Source: "DynamoDB
 * read and write operations" and "DynamoDB item sizes and formats" in the developer guide. None of our requests is a
 * transaction, so none is billed double.
 */

import { isDeepStrictEqual } from 'node:util';

/** An attribute's value in DynamoDB's JSON, with binaries as bytes; the SDK's `AttributeValue` has this form. */
export interface StoredValue {
  readonly S?: string | undefined;
  readonly N?: string | undefined;
  readonly B?: Uint8Array | undefined;
  readonly BOOL?: boolean | undefined;
  readonly NULL?: boolean | undefined;
  readonly L?: readonly StoredValue[] | undefined;
  readonly M?: Readonly<Record<string, StoredValue>> | undefined;
  readonly SS?: readonly string[] | undefined;
  readonly NS?: readonly string[] | undefined;
  readonly BS?: readonly Uint8Array[] | undefined;
}
/** An item as stored. */
export type StoredItem = Readonly<Record<string, StoredValue>>;

/** Consistency of a read; an eventually consistent one costs half. */
export type Consistency = 'strong' | 'eventual';

/** A secondary index: its keys, and its projection. */
export interface IndexShape {
  readonly name: string;
  readonly keys: readonly string[];
  /** @default keys only */
  readonly projection?: 'all' | 'keys';
}

const READ_UNIT_BYTES = 4_096;
const WRITE_UNIT_BYTES = 1_024;
/** A list or map has 3 bytes, and 1 more for each element. */
const CONTAINER_BYTES = 3;
const ELEMENT_BYTES = 1;

const utf8Bytes = (text: string): number => Buffer.byteLength(text, 'utf8');

const sum = (values: readonly number[]): number => values.reduce((total, value) => total + value, 0);

/** One byte for each two significant digits, one more, and one for a minus sign. */
function numberBytes(text: string): number {
  const digits = text.replace(/e.*$/i, '').replace(/^-|\./g, '').replace(/^0+/, '').replace(/0+$/, '');
  return Math.ceil(digits.length / 2) + 1 + (text.startsWith('-') ? 1 : 0);
}

/** Size of a value in bytes. */
export function valueBytes(value: StoredValue): number {
  if (value.S !== undefined) return utf8Bytes(value.S);
  if (value.N !== undefined) return numberBytes(value.N);
  if (value.B !== undefined) return value.B.byteLength;
  if (value.SS !== undefined) return sum(value.SS.map(utf8Bytes));
  if (value.NS !== undefined) return sum(value.NS.map(numberBytes));
  if (value.BS !== undefined) return sum(value.BS.map((bytes) => bytes.byteLength));
  if (value.L !== undefined) return CONTAINER_BYTES + sum(value.L.map((e) => valueBytes(e) + ELEMENT_BYTES));
  if (value.M !== undefined) {
    const entries = Object.values(value.M).length;
    return CONTAINER_BYTES + itemBytes(value.M) + entries * ELEMENT_BYTES;
  }
  return 1;
}

/** Size of an item in bytes: the names and values of its attributes. */
export function itemBytes(item: StoredItem): number {
  return sum(Object.entries(item).map(([name, value]) => utf8Bytes(name) + valueBytes(value)));
}

const unitsOf = (bytes: number, unitBytes: number): number => Math.max(1, Math.ceil(bytes / unitBytes));

/** Read units of one request: for the item of a GetItem, or for all items that a Query read. */
export const readUnits = (bytes: number, consistency: Consistency): number =>
  unitsOf(bytes, READ_UNIT_BYTES) * (consistency === 'strong' ? 1 : 0.5);

/**
 * Write units in the table, for the larger of the item before and after. A refused condition costs as much as a write of the
 * stored item.
 */
export const writeUnits = (before: StoredItem | undefined, after: StoredItem | undefined): number =>
  unitsOf(
    Math.max(...[before, after].map((item) => (item === undefined ? 0 : itemBytes(item)))),
    WRITE_UNIT_BYTES,
  );

/** The entry of an item in an index; `undefined` if the item does not have all keys of the index. */
export function entryOf(
  item: StoredItem | undefined,
  index: IndexShape,
  tableKeys: readonly string[],
): StoredItem | undefined {
  if (item === undefined || index.keys.some((key) => item[key] === undefined)) return undefined;
  if (index.projection === 'all') return item;
  const carried = new Set([...index.keys, ...tableKeys]);
  return Object.fromEntries(Object.entries(item).filter(([name]) => carried.has(name)));
}

const entryUnits = (entry: StoredItem): number => unitsOf(itemBytes(entry), WRITE_UNIT_BYTES);

/** Write units in one index: none if its entry is unchanged, two writes if the entry's key changes. */
export function indexWriteUnits(
  before: StoredItem | undefined,
  after: StoredItem | undefined,
  index: IndexShape,
  tableKeys: readonly string[],
): number {
  const old = entryOf(before, index, tableKeys);
  const next = entryOf(after, index, tableKeys);
  if (old === undefined || next === undefined)
    return sum([old, next].map((e) => (e === undefined ? 0 : entryUnits(e))));
  if (index.keys.some((key) => !isDeepStrictEqual(old[key], next[key])))
    return entryUnits(old) + entryUnits(next);
  return isDeepStrictEqual(old, next) ? 0 : Math.max(entryUnits(old), entryUnits(next));
}
