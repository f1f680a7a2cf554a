/** Events that came after their origin was closed for good: no survivor had listed them, so nobody counted with their spends. */
import type { ChainId, Origin } from '../log/event.ts';
import type { Copy } from '../folds/kept.ts';

/** Numbers of a chain, both ends included. */
interface ListedRange {
  readonly from: number;
  readonly to: number;
}

/** What counts of a closed origin, by chain. A chain that is absent has nothing that counts. */
export interface ClosedOrigin {
  readonly kept: ReadonlyMap<ChainId, readonly ListedRange[]>;
}

/** Closed origins that are decided. */
export type Closings = ReadonlyMap<Origin, ClosedOrigin>;

/** No origin is closed. */
export const NO_CLOSINGS: Closings = new Map();

/** Whether a copy is beyond the closing of its origin. Copies of origins that are not closed never are. */
export function isUnbacked({ origin, chain, chainSeq }: Copy, closings: Closings): boolean {
  const closed = closings.get(origin);
  if (closed === undefined) return false;
  const ranges = closed.kept.get(chain) ?? [];
  return !ranges.some(({ from, to }) => from <= chainSeq && chainSeq <= to);
}
