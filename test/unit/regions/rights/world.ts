/** One resource in several Regions: its ledger, each Region's items, keepers that read, pause and write, and the true totals. */
import type { Result } from '../../../../lambdas/regions/change.ts';
import { nextKeeperAction, type KeeperAction, type Use } from '../../../../lambdas/regions/rights/keeper.ts';
import {
  accountOf,
  emptyLedger,
  freePieces,
  heldPieces,
  type LedgerAccount,
  type RightsLedger,
  rightsKeyOf,
} from '../../../../lambdas/regions/rights/ledger.ts';
import { draw, followRegion, freeze, report } from '../../../../lambdas/regions/rights/ledger-steps.ts';
import { adoptRegion, takeGeneration } from '../../../../lambdas/regions/rights/rebuild.ts';
import {
  availablePieces,
  emptyHead,
  type RegionRights,
  type RightsHead,
  type RightsSlot,
} from '../../../../lambdas/regions/rights/region-item.ts';
import {
  countDeposit,
  followLedger,
  giveBack,
  payOwed,
  resize,
} from '../../../../lambdas/regions/rights/region-steps.ts';
import { rebalance } from '../../../../lambdas/regions/rights/slots.ts';
import { release, spend } from '../../../../lambdas/regions/rights/spend.ts';
import { type AnyChange, ItemStore } from '../item-store.ts';

export const RESOURCE = 'sku#4711';
export const START_MS = Date.UTC(2026, 2, 29, 0, 59, 30);
export const ORIGINS = ['eu-central-1.a1', 'eu-west-1.b1', 'us-east-1.c1'] as const;
export type OriginName = (typeof ORIGINS)[number];

/** A read of ledger and items, possibly stale. */
export interface Snapshot {
  readonly ledger: RightsLedger;
  readonly rights: RegionRights;
}

/** An order that took pieces. */
export interface Sold {
  readonly origin: OriginName;
  readonly orderId: string;
  readonly pieces: number;
}

type AnyResult = Result<AnyChange | readonly AnyChange[]>;

/** Pieces that the orders of these slots hold. */
const standingOf = (slots: readonly RightsSlot[]): number =>
  slots.reduce((sum, slot) => sum + slot.spent - slot.released, 0);

const hasField = (item: unknown, field: string): boolean =>
  typeof item === 'object' && item !== null && field in item;
export const isSlot = (item: unknown): item is RightsSlot => hasField(item, 'available');
export const isHead = (item: unknown): item is RightsHead => hasField(item, 'slotCount');
const isLedger = (item: unknown): item is RightsLedger => hasField(item, 'accounts');

const perOrigin = <T>(make: () => T): Record<OriginName, T> => ({
  'eu-central-1.a1': make(),
  'eu-west-1.b1': make(),
  'us-east-1.c1': make(),
});

/** Where pieces are, and how many there are in truth. */
export type RightsPlaces = Pick<RightsWorld, 'ledger' | 'rights' | 'truth'>;

export class RightsWorld {
  readonly agreements = new ItemStore();
  readonly regions = perOrigin(() => new ItemStore());
  readonly epochs = perOrigin(() => 1);
  readonly snapshots = new Map<string, Snapshot>();
  readonly sold: Sold[] = [];
  readonly named = new Map<string, OriginName>();
  readonly released = new Set<string>();
  /** Pieces that arrived or went missing, by recording command: the true stock. */
  readonly truth = new Map<string, number>();
  generation = 1;
  nowMs = START_MS;

  ledger(): RightsLedger {
    return this.agreements.get(rightsKeyOf(RESOURCE), isLedger) ?? emptyLedger(RESOURCE, this.generation);
  }

  rights(origin: OriginName): RegionRights {
    const store = this.regions[origin];
    return {
      head: store.get(rightsKeyOf(RESOURCE), isHead) ?? emptyHead(RESOURCE, origin, this.generation),
      slots: store.all(isSlot).toSorted((a, b) => a.slot - b.slot),
    };
  }

  read(origin: OriginName): Snapshot {
    return { ledger: this.ledger(), rights: this.rights(origin) };
  }

  /** Writes the answer of a step; a refusal or a failed condition writes nothing. */
  write(store: ItemStore, step: AnyResult): boolean {
    return step.ok && store.write('kind' in step.value ? [step.value] : step.value);
  }

  draw(origin: OriginName, pieces: number, from = this.ledger()): boolean {
    return this.write(this.agreements, draw(from, { origin, pieces, epoch: this.epochs[origin] }));
  }

  giveBack(origin: OriginName, pieces: number, from = this.rights(origin)): boolean {
    return this.write(this.regions[origin], giveBack(from, pieces));
  }

  deposit(origin: OriginName, commandId: string, pieces: number, direction: 'in' | 'out' = 'in'): boolean {
    const named = this.named.get(commandId) ?? origin;
    this.named.set(commandId, named);
    const step = countDeposit(this.rights(origin).head, {
      commandId,
      namedEventId: `${named}#1`,
      ownEventId: `${origin}#1`,
      pieces,
      direction,
    });
    const done = this.write(this.regions[origin], step);
    if (done) this.truth.set(commandId, direction === 'in' ? pieces : -pieces);
    return done;
  }

  spend(origin: OriginName, pieces: number, firstSlot = 0, from = this.rights(origin)): boolean {
    const done = this.write(this.regions[origin], spend(from.slots, pieces, firstSlot));
    if (done) this.sold.push({ origin, orderId: `order-${this.sold.length}`, pieces });
    return done;
  }

  release(index: number, slot = 0): boolean {
    const order = this.sold[index % Math.max(this.sold.length, 1)];
    if (order === undefined) return false;
    const { origin, pieces } = order;
    const releaseId = `return:${order.orderId}#2`;
    const done = this.write(this.regions[origin], release(this.rights(origin), { releaseId, pieces, slot }));
    if (done) this.released.add(order.orderId);
    return done;
  }

  freeze(origin: OriginName): boolean {
    this.epochs[origin] += 1;
    return this.write(this.agreements, freeze(this.ledger(), origin, this.epochs[origin]));
  }

  /** One write of a keeper, from its last read. */
  keep(origin: OriginName, use: Use, from: Snapshot = this.read(origin)): KeeperAction {
    const action = nextKeeperAction({ ...from, use, servingRegions: ORIGINS.length, nowMs: this.nowMs });
    this.carryOut(origin, action, from);
    return action;
  }

  carryOut(origin: OriginName, action: KeeperAction, { ledger, rights }: Snapshot): boolean {
    const [own, shared] = [this.regions[origin], this.agreements];
    switch (action.kind) {
      case 'take_generation':
        return this.write(own, takeGeneration(rights.head, ledger.generation));
      case 'adopt_region':
        return this.write(shared, adoptRegion(ledger, rights.head, this.epochs[origin]));
      case 'follow_ledger':
        return this.write(own, followLedger(rights, ledger));
      case 'follow_region':
        return this.write(shared, followRegion(ledger, rights.head));
      case 'pay_owed':
        return this.write(own, payOwed(rights));
      case 'draw':
        return this.draw(origin, action.pieces, ledger);
      case 'give_back':
        return this.giveBack(origin, action.pieces, rights);
      case 'report':
        return this.write(shared, report(ledger, { origin, want: action.want, idle: action.idle }));
      case 'rebalance':
        return own.write(rebalance(rights));
      case 'rest':
        return true;
    }
  }

  resize(origin: OriginName, slotCount: number): boolean {
    return this.write(this.regions[origin], resize(this.rights(origin).head, slotCount));
  }

  /** Pieces that orders hold and have not put back. */
  standing(origin: OriginName): number {
    return standingOf(this.rights(origin).slots);
  }

  /** Lets every keeper run until all of them rest. */
  settle(useOf: (origin: OriginName) => Use, rounds = 50): void {
    for (let round = 0; round < rounds; round += 1) {
      this.nowMs += 10_000;
      const actions = ORIGINS.flatMap((origin) =>
        Array.from({ length: 4 }, () => this.keep(origin, useOf(origin)).kind),
      );
      if (actions.every((kind) => kind === 'rest')) return;
    }
  }
}

export const NO_USE: Use = { spentPieces: 0, windowMs: 600_000, waiting: [] };

/** Inconsistencies between a Region's own items. */
function regionViolations({ head, slots }: RegionRights, account: LedgerAccount): readonly string[] {
  const kept = head.drawn - head.returned - (head.assigned - head.owed) - standingOf(slots);
  const rules: readonly (readonly [string, boolean])[] = [
    [`available is ${availablePieces(slots)}, not ${kept}`, availablePieces(slots) === kept],
    ['a slot is below 0', slots.every(({ available }) => available >= 0)],
    ['the head is ahead of a draw', account.drawn >= head.drawn],
    ['the head is ahead of an assignment', account.assigned >= head.assigned],
    ['the ledger is ahead of a return', head.returned >= account.returned],
    ['the ledger is ahead of a deposit', head.deposited >= account.deposited],
  ];
  return rules.filter(([, holds]) => !holds).map(([text]) => `${head.origin}: ${text}`);
}

/**
 * Violations of "every piece is in exactly one place": free, in transfer, unspent or in an order. Only after a recorded loss are more
 * pieces promised than exist, and then the Regions owe the difference.
 */
export function violationsOf(world: RightsPlaces): readonly string[] {
  const ledger = world.ledger();
  const free = freePieces(ledger);
  const violations: string[] = [];
  let [inPlaces, due] = [Math.max(free, 0), Math.max(-free, 0)];
  for (const origin of ORIGINS) {
    const rights = world.rights(origin);
    const { head, slots } = rights;
    const account = accountOf(ledger, origin);
    const onTheWay = account.drawn - head.drawn + head.returned - account.returned;
    const unheard = head.deposited - account.deposited - (head.writtenOff - account.writtenOff);
    inPlaces += onTheWay + availablePieces(slots) + standingOf(slots) + unheard;
    due += head.owed + account.assigned - head.assigned + Math.min(heldPieces(account), 0);
    violations.push(...regionViolations(rights, account));
  }
  return inPlaces - there(world) === due
    ? violations
    : [...violations, `${inPlaces} pieces are in places, ${there(world)} exist, ${due} are due`];
}

/** The true stock. */
export const there = (world: RightsPlaces): number =>
  [...world.truth.values()].reduce((sum, n) => sum + n, 0);

/** Pieces that orders hold. */
export const promised = (world: RightsWorld): number =>
  ORIGINS.reduce((sum, origin) => sum + world.standing(origin), 0);
