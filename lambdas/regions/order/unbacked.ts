/** Events that came after their origin was closed for good: no survivor had listed them, so nobody counted with their spends. */
import type { Origin } from '../log/event.ts';
import type { Copy } from '../folds/kept.ts';
import { type Cut, isBacked } from '../watermarks/closing.ts';

/** Closed origins that are decided, with what counts of each. */
export type Closings = ReadonlyMap<Origin, Cut>;

/** No origin is closed. */
export const NO_CLOSINGS: Closings = new Map();

/** Whether a copy is beyond the closing of its origin. Copies of origins that are not closed never are. */
export function isUnbacked(copy: Copy, closings: Closings): boolean {
  const cut = closings.get(copy.origin);
  return cut !== undefined && !isBacked(cut, copy);
}
