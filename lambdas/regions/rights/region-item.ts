/**
 * A Region's own items of one resource, in its table `RegionState`: one head with totals, and slots with the pieces.
 *
 * Invariants
 * 1. Σ available = drawn − returned − (assigned − owed) − Σ spent + Σ released, over the slots of the resource.
 * 2. `available` is never below 0: every write that takes pieces is conditional on the slot having them.
 * 3. A checkout reads and writes slots only. Only the keeper writes the head.
 */
import type { Origin } from '../log/event.ts';
import { rightsKeyOf } from './ledger.ts';

/** The head: totals of this Region. */
export interface RightsHead {
  readonly resource: string;
  /** This Region's incarnation. */
  readonly origin: Origin;
  /** Generation of the ledger that this head follows, from 1. */
  readonly generation: number;
  /** Counts the item's writes, from 1; 0 is not stored. */
  readonly version: number;
  /** Drawn pieces that reached the slots. Follows the ledger. */
  readonly drawn: number;
  /** Pieces that the ledger took to cover a loss. Follows the ledger. */
  readonly assigned: number;
  /** Pieces given back. Led by this item. */
  readonly returned: number;
  /** Pieces that arrived by deposits of this origin. Led by this item. */
  readonly deposited: number;
  /** Pieces that this origin recorded as missing. Led by this item. */
  readonly writtenOff: number;
  /** The part of `assigned` for which the Region had no unspent piece yet. Cancelled orders and draws pay it. */
  readonly owed: number;
  /** Number of slots in use, at least 1. */
  readonly slotCount: number;
}

/** One slot: a share of the Region's unspent pieces, so that checkouts do not queue behind one item. */
export interface RightsSlot {
  readonly resource: string;
  /** Number of the slot, from 0. */
  readonly slot: number;
  /** Pieces that can be spent, 0 or more. */
  readonly available: number;
  /** Pieces ever spent from this slot. */
  readonly spent: number;
  /** Pieces ever put back into this slot by orders that ended. */
  readonly released: number;
}

/** A mark that something was counted: a second attempt fails because the mark exists. */
export interface CountedMark {
  /** What was counted, e.g. a command id. */
  readonly counted: string;
}

/** A Region's items of one resource, read together. */
export interface RegionRights {
  readonly head: RightsHead;
  /** All stored slots, by number. */
  readonly slots: readonly RightsSlot[];
}

/** The head of a Region that never had the resource. */
export const emptyHead = (resource: string, origin: Origin, generation: number): RightsHead => ({
  resource,
  origin,
  generation,
  version: 0,
  drawn: 0,
  assigned: 0,
  returned: 0,
  deposited: 0,
  writtenOff: 0,
  owed: 0,
  slotCount: 1,
});

/** Key of a slot. */
export const slotKeyOf = (resource: string, slot: number): string => `${rightsKeyOf(resource)}/${slot}`;

/** Key of the mark that something was counted for a resource. */
export const markKeyOf = (resource: string, counted: string): string => `${rightsKeyOf(resource)}!${counted}`;

/** Unspent pieces of a Region. */
export const availablePieces = (slots: readonly RightsSlot[]): number =>
  slots.reduce((sum, { available }) => sum + available, 0);
