/** Three pieces and two Regions: the state, and the real rules as steps from one state to another. */
import type { Result } from '../../../../../lambdas/regions/change.ts';
import { closeAccount } from '../../../../../lambdas/regions/rights/closing.ts';
import { draw, followRegion, freeze } from '../../../../../lambdas/regions/rights/ledger-steps.ts';
import { emptyLedger, type RightsLedger } from '../../../../../lambdas/regions/rights/ledger.ts';
import { emptyHead, type RegionRights } from '../../../../../lambdas/regions/rights/region-item.ts';
import {
  countDeposit,
  followLedger,
  giveBack,
  payOwed,
} from '../../../../../lambdas/regions/rights/region-steps.ts';
import { release, spend } from '../../../../../lambdas/regions/rights/spend.ts';
import { type AnyChange, type Items, written } from '../../../../unit/regions/item-store.ts';
import { isHead, isSlot, type OriginName, ORIGINS, RESOURCE } from '../../../../unit/regions/rights/world.ts';
import { remembered } from '../parts.ts';
import { after } from '../writes.ts';

const [A, B] = ORIGINS;
export const PIECES = 3;
export type Name = 'a' | 'b';
export const ORIGIN: Readonly<Record<Name, OriginName>> = { a: A, b: B };

/** What may happen besides selling. */
export interface RightsBudget {
  /** Orders that each Region may accept. */
  readonly sales: number;
  /** Draws of this many pieces are tried. */
  readonly draws: readonly number[];
  readonly givesBack: boolean;
  readonly releases: boolean;
  readonly closing: boolean;
  readonly loss: boolean;
}

export interface RightsState {
  readonly ledger: RightsLedger;
  readonly a: Items;
  readonly b: Items;
  /** What each keeper read last. */
  readonly ledgerAtA: RightsLedger | undefined;
  readonly itemsAtA: Items | undefined;
  readonly ledgerAtB: RightsLedger | undefined;
  readonly itemsAtB: Items | undefined;
  /** `stopped`: it accepts nothing more and its pulse says so. */
  readonly lifeOfA: 'up' | 'cut' | 'stopped' | 'destroyed' | 'destroyed_stopped';
  /** Events of A that a survivor has. */
  readonly spendsKnown: number;
  readonly releasesKnown: number;
  /** Bound that two persons approved, for one piece; -1: nothing is approved. */
  readonly approved: number;
  /** Worst case of all reclaims that were carried out. */
  readonly acknowledged: number;
}

export const rightsOf = remembered((items: Items, name: Name): RegionRights => {
  const all: readonly unknown[] = Object.values(items);
  return {
    head: all.find((item) => isHead(item)) ?? emptyHead(RESOURCE, ORIGIN[name], 1),
    slots: all.filter((item) => isSlot(item)),
  };
});

const sum = (rights: RegionRights, field: 'spent' | 'released' | 'available'): number =>
  rights.slots.reduce((total, slot) => total + slot[field], 0);
export const spentAt = remembered((items: Items, name: Name) => sum(rightsOf(items, name), 'spent'));
export const releasedAt = remembered((items: Items, name: Name) => sum(rightsOf(items, name), 'released'));

export const put = (items: Items, step: Result<AnyChange | readonly AnyChange[]>): Items => {
  if (!step.ok) return items;
  return written(items, 'kind' in step.value ? [step.value] : step.value) ?? items;
};

export const drawn = remembered(
  (stored: RightsLedger, read: RightsLedger, name: Name, pieces: number) =>
    after(stored, draw(read, { origin: ORIGIN[name], pieces, epoch: 1 })) ?? stored,
);
export const regionFollowed = remembered(
  (stored: RightsLedger, read: RightsLedger, items: Items, name: Name) =>
    after(stored, followRegion(read, rightsOf(items, name).head)) ?? stored,
);
export const ledgerFollowed = remembered((stored: Items, items: Items, ledger: RightsLedger, name: Name) =>
  put(stored, followLedger(rightsOf(items, name), ledger)),
);
export const gaveBack = remembered((stored: Items, items: Items, name: Name) =>
  put(stored, giveBack(rightsOf(items, name), 1)),
);
export const paidOwed = remembered((stored: Items, items: Items, name: Name) =>
  put(stored, payOwed(rightsOf(items, name))),
);
export const sold = remembered((items: Items, name: Name) =>
  put(items, spend(rightsOf(items, name).slots, 1, 0)),
);
export const released = remembered((items: Items, name: Name) =>
  put(items, release(rightsOf(items, name), { releaseId: 'return:o1#2', pieces: 1, slot: 0 })),
);
const deposited = (items: Items, commandId: string, pieces: number, direction: 'in' | 'out'): Items =>
  put(
    items,
    countDeposit(rightsOf(items, 'b').head, {
      commandId,
      namedEventId: `${B}#1`,
      ownEventId: `${B}#1`,
      pieces,
      direction,
    }),
  );
export const lost = remembered((items: Items) => deposited(items, 'loss', 1, 'out'));
export const frozen = remembered((ledger: RightsLedger) => after(ledger, freeze(ledger, A, 2)) ?? ledger);
export const closed = remembered((ledger: RightsLedger) => after(ledger, closeAccount(ledger, A)) ?? ledger);

export function startOf(): RightsState {
  const b = deposited({}, 'opening', PIECES, 'in');
  const ledger = after(undefined, followRegion(emptyLedger(RESOURCE, 1), rightsOf(b, 'b').head));
  if (ledger === undefined) throw new Error('expected a ledger with its pieces');
  return {
    ledger,
    a: {},
    b,
    ledgerAtA: undefined,
    itemsAtA: undefined,
    ledgerAtB: undefined,
    itemsAtB: undefined,
    lifeOfA: 'up',
    spendsKnown: 0,
    releasesKnown: 0,
    approved: -1,
    acknowledged: 0,
  };
}

export const readerOf = (state: RightsState, name: Name) =>
  name === 'a'
    ? { ledger: state.ledgerAtA, items: state.itemsAtA, stored: state.a }
    : { ledger: state.ledgerAtB, items: state.itemsAtB, stored: state.b };

export const withItems = (state: RightsState, name: Name, items: Items): RightsState =>
  name === 'a' ? { ...state, a: items } : { ...state, b: items };

export const hasRead = (state: RightsState, name: Name): RightsState =>
  name === 'a'
    ? { ...state, ledgerAtA: state.ledger, itemsAtA: state.a }
    : { ...state, ledgerAtB: state.ledger, itemsAtB: state.b };
