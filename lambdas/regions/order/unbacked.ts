/** Events that came after their origin was closed for good: no survivor had listed them, so nobody counted with their spends. */
import type { Closings } from '../folds/closings.ts';
import type { Copy } from '../folds/kept.ts';
import { isBacked } from '../watermarks/closing.ts';

/** Whether a copy is beyond the closing of its origin. Copies of origins that are not closed never are. */
export function isUnbacked(copy: Copy, closings: Closings): boolean {
  const cut = closings.get(copy.origin);
  return cut !== undefined && !isBacked(cut, copy);
}
