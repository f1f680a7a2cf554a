/** Slots: their number, and changes that fill or empty them. */
import { type Add, isCount, type Put } from '../change.ts';
import { availablePieces, type RegionRights, type RightsSlot, slotKeyOf } from './region-item.ts';

/** Transactions a second that one slot takes without frequent conflicts. */
export const SLOT_TRANSACTIONS_PER_SECOND = 20;

/** Most slots of a resource: 32 × 20 = 640 transactions a second. With more slots, one checkout would more often need several items. */
export const MAX_SLOTS = 32;

/** A change of a slot. */
export type SlotChange = Add | Put<RightsSlot>;

/** Slots that a resource needs for a rate of checkouts, 1 to {@link MAX_SLOTS}. */
export const slotsFor = (checkoutsPerSecond: number): number =>
  Math.min(Math.max(Math.ceil(checkoutsPerSecond / SLOT_TRANSACTIONS_PER_SECOND), 1), MAX_SLOTS);

/** Takes pieces from a slot, if it has them. `counters` are totals that change with them. */
export const takeFrom = (
  { resource, slot }: Pick<RightsSlot, 'resource' | 'slot'>,
  pieces: number,
  counters: Readonly<Record<string, number>> = {},
): Add => ({
  kind: 'add',
  key: slotKeyOf(resource, slot),
  condition: { kind: 'atLeast', field: 'available', value: pieces },
  add: { available: -pieces, ...counters },
});

/** Puts pieces into a slot; creates the slot if it is not stored. */
export function putInto(
  rights: RegionRights,
  slot: number,
  pieces: number,
  counters: Partial<Pick<RightsSlot, 'released'>> = {},
): SlotChange {
  const { resource } = rights.head;
  const key = slotKeyOf(resource, slot);
  if (rights.slots.some((stored) => stored.slot === slot))
    return {
      kind: 'add',
      key,
      condition: { kind: 'atLeast', field: 'available', value: 0 },
      add: { available: pieces, ...counters },
    };
  const next = { resource, slot, available: pieces, spent: 0, released: 0, ...counters };
  return { kind: 'put', key, condition: { kind: 'absent' }, next };
}

/** Splits `pieces` into `count` equal parts; the first slots get the remainder. */
export const evenParts = (pieces: number, count: number): readonly number[] =>
  Array.from({ length: count }, (_, slot) => Math.floor(pieces / count) + (slot < pieces % count ? 1 : 0));

/** Spreads new pieces evenly over the slots in use. */
export const spread = (rights: RegionRights, pieces: number): readonly SlotChange[] =>
  evenParts(pieces, rights.head.slotCount).flatMap((part, slot) =>
    isCount(part) ? [putInto(rights, slot, part)] : [],
  );

/** Takes up to `pieces`, from the fullest slots first, so that the fewest slots change. `takeOne` makes the change of one slot. */
export function drain(
  slots: readonly RightsSlot[],
  pieces: number,
  takeOne: (slot: RightsSlot, pieces: number) => Add = takeFrom,
): readonly Add[] {
  const changes: Add[] = [];
  let left = pieces;
  for (const slot of slots.toSorted((a, b) => b.available - a.available || a.slot - b.slot)) {
    const part = Math.min(slot.available, left);
    if (isCount(part)) changes.push(takeOne(slot, part));
    left -= part;
  }
  return changes;
}

/**
 * Moves half of the difference from the fullest slot to the emptiest one in use; empties slots that are no longer in use. Returns no change
 * if no slot differs from its share by more than a quarter of the average and at least 2 pieces.
 */
export function rebalance(rights: RegionRights): readonly SlotChange[] {
  const { head, slots } = rights;
  const retired = slots.find(({ slot, available }) => slot >= head.slotCount && available > 0);
  const levels = Array.from({ length: head.slotCount }, (_, slot) => levelOf(slots, slot));
  const lowest = levels.indexOf(Math.min(...levels));
  if (retired !== undefined)
    return [takeFrom(retired, retired.available), putInto(rights, lowest, retired.available)];
  const highest = levels.indexOf(Math.max(...levels));
  const difference = (levels[highest] ?? 0) - (levels[lowest] ?? 0);
  if (difference < toleranceOf(rights)) return [];
  const pieces = Math.floor(difference / 2);
  return [takeFrom({ resource: head.resource, slot: highest }, pieces), putInto(rights, lowest, pieces)];
}

const levelOf = (slots: readonly RightsSlot[], number: number): number =>
  slots.find(({ slot }) => slot === number)?.available ?? 0;

/** A difference between two slots that is worth a transaction. */
const toleranceOf = ({ head, slots }: RegionRights): number =>
  Math.max(2, Math.ceil(availablePieces(slots) / head.slotCount / 2));
