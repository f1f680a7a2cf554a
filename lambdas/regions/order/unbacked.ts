/** Events that arrived after their origin was closed permanently: no survivor had listed them, so their spends are not counted. */
import type { Origin } from '../log/event.ts';
import type { Copy } from '../folds/kept.ts';
import { type Cut, isBacked } from '../watermarks/closing.ts';

/** Origins with a decided closing, and the part of each that counts. */
export type Closings = ReadonlyMap<Origin, Cut>;

/** No origin is closed. */
export const NO_CLOSINGS: Closings = new Map();

/** Whether a copy is beyond the closing of its origin. Always false for origins that are not closed. */
export function isUnbacked(copy: Copy, closings: Closings): boolean {
  const cut = closings.get(copy.origin);
  return cut !== undefined && !isBacked(cut, copy);
}
