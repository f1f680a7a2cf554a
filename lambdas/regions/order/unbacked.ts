/** Events that arrived after their origin was closed permanently: no survivor had listed them, so their spends are not counted. */
import type { Closings } from '../folds/closings.ts';
import type { Copy } from '../folds/kept.ts';
import { isBacked } from '../watermarks/closing.ts';

/** Whether a copy is beyond the closing of its origin. Always false for origins that are not closed. */
export function isUnbacked(copy: Copy, closings: Closings): boolean {
  const cut = closings.get(copy.origin);
  return cut !== undefined && !isBacked(cut, copy);
}
