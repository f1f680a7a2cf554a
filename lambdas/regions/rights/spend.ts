/** Pieces that a checkout takes, and pieces that an ended order puts back. Only this Region's slots are used. */
import { type Add, accepted, isCount, type Put, refused, type Result } from '../change.ts';
import {
  availablePieces,
  type CountedMark,
  markKeyOf,
  type RegionRights,
  type RightsSlot,
} from './region-item.ts';
import { drain, putInto, type SlotChange, takeFrom } from './slots.ts';

/** Why nothing is spent or released. */
export type SpendRefusal = 'not_a_count' | 'awaiting_stock';

/** Takes `pieces` from one slot. */
const spendFrom = (slot: RightsSlot, pieces: number): Add => takeFrom(slot, pieces, { spent: pieces });

/** A slot with enough pieces, searched from `first` on, so that concurrent attempts take different slots. */
function slotWith(slots: readonly RightsSlot[], pieces: number, first: number): RightsSlot | undefined {
  const start = slots.length === 0 ? 0 : first % slots.length;
  return [...slots.slice(start), ...slots.slice(0, start)].find(({ available }) => available >= pieces);
}

/**
 * Plans the pieces of one resource for a checkout: from one slot if one has enough, otherwise from the fewest slots. All or nothing. The
 * changes go into the transaction that writes the event; its command record makes redelivery fail. The answer is `awaiting_stock` if this
 * Region has too few pieces, regardless of other Regions.
 *
 * @param slots - as last read by this Region; the write tests them again
 * @param firstSlot - where to begin, 0 or more; each attempt uses another number
 */
export function spend(
  slots: readonly RightsSlot[],
  pieces: number,
  firstSlot: number,
): Result<readonly Add[], SpendRefusal> {
  if (!isCount(pieces)) return refused('not_a_count', 'pieces', 'a whole number above 0');
  const available = availablePieces(slots);
  if (available < pieces) return refused('awaiting_stock', 'pieces', `at most ${available} in this Region`);
  const single = slotWith(slots, pieces, firstSlot);
  return accepted(single === undefined ? drain(slots, pieces, spendFrom) : [spendFrom(single, pieces)]);
}

/** Pieces that an ended order puts back. */
export interface Release {
  /** Permanent name of the release, e.g. `return:<order>#<version>`. */
  readonly releaseId: string;
  /** Pieces, at least 1. */
  readonly pieces: number;
  /** Slot that gets them, 0 or more; taken modulo the slots in use. */
  readonly slot: number;
}

/** Changes of a release. */
export type ReleaseChange = SlotChange | Put<CountedMark>;

/**
 * Puts pieces of an order back, in the Region that spent them. The mark makes redelivery fail. If the Region owes pieces, the keeper takes
 * them from the slot afterwards.
 */
export function release(
  rights: RegionRights,
  { releaseId, pieces, slot }: Release,
): Result<readonly ReleaseChange[], SpendRefusal> {
  if (!isCount(pieces)) return refused('not_a_count', 'pieces', 'a whole number above 0');
  const mark: Put<CountedMark> = {
    kind: 'put',
    key: markKeyOf(rights.head.resource, releaseId),
    condition: { kind: 'absent' },
    next: { counted: releaseId },
  };
  return accepted([mark, putInto(rights, slot % rights.head.slotCount, pieces, { released: pieces })]);
}
