/** What every compared system does: write the operations, and take what comes over the wire. */
import type { Operation } from './operations.ts';

/** One update as it goes over the wire. */
export interface Update {
  readonly cart: number;
  readonly bytes: Uint8Array | string;
}

/** A system under comparison. */
export interface System {
  readonly name: string;
  /** Writes all operations at their replicas, which exchange updates as `operations.ts` says. One update for each operation. */
  readonly write: (operations: readonly Operation[]) => readonly Update[];
  /** Applies the updates to empty replicas, one by one, and reads every cart at the end; returns the number of lines. */
  readonly apply: (updates: readonly Update[]) => number;
  /** The same, with the updates of a cart in one call; absent if the system has no such call. */
  readonly applyBatch?: (updates: readonly Update[]) => number;
}

/** Bytes of an update in UTF-8. */
export const sizeOf = ({ bytes }: Update): number =>
  typeof bytes === 'string' ? Buffer.byteLength(bytes) : bytes.byteLength;

/** The updates by cart, in their order. */
export const byCart = (updates: readonly Update[]): ReadonlyMap<number, readonly Update[]> =>
  Map.groupBy(updates, ({ cart }) => cart);

/** The bytes of an update that has bytes. @throws {TypeError} */
export function binary({ bytes }: Pick<Update, 'bytes'>): Uint8Array {
  if (typeof bytes === 'string') throw new TypeError('bytes: expected bytes, found text');
  return bytes;
}
