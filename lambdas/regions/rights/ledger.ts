/**
 * The ledger of one resource: the number of pieces that each Region may spend. One item of the table `Agreements` for each resource.
 *
 * Invariants
 * 1. Every number of an account is a total that only grows, and each has one leader. The ledger leads `drawn`, `assigned` and `reclaimed`;
 *    the Region's own item leads `returned`, `deposited` and `writtenOff`. The follower is set to the leader's total, never changed by a
 *    difference, so that a repeated step changes nothing.
 * 2. A piece is free, or an account holds it: Σ(deposited − writtenOff) = {@link freePieces} + Σ max({@link heldPieces}, 0).
 * 3. Only free pieces are drawn.
 */
import type { Origin } from '../log/event.ts';

/** A Region's request for pieces that others do not use. It is advisory and grants nothing. */
export interface Want {
  /** Pieces that are missing, 0 or more. */
  readonly pieces: number;
  /** When its keeper last renewed it, in ms since 1970. A want that is not renewed is ignored. */
  readonly asOfMs: number;
}

/** The ledger's account of one Region's incarnation. */
export interface LedgerAccount {
  /** Pieces ever drawn. Leader: this item. */
  readonly drawn: number;
  /** Pieces ever given back unspent. Leader: the Region's item; after closing, this item. */
  readonly returned: number;
  /** Pieces that ever arrived by deposits of this origin. Leader: the Region's item; after closing, the `deposit#` items. */
  readonly deposited: number;
  /** Pieces that ever turned out to be missing, recorded by this origin. Leader: as for `deposited`. */
  readonly writtenOff: number;
  /** Pieces ever taken from this Region to cover a loss. Leader: this item. */
  readonly assigned: number;
  /** Pieces ever taken back from this incarnation after it was closed. Leader: this item. */
  readonly reclaimed: number;
  /** The largest epoch of the Region that this item has seen. A draw under a smaller one is refused. */
  readonly epoch: number;
  /** Draws under `epoch` itself are refused too: the Region is fenced. A larger epoch ends this. */
  readonly isFrozen: boolean;
  /** The incarnation is closed permanently: its own item no longer changes this account. */
  readonly isClosed: boolean;
  /** Unspent pieces that the Region's keeper last reported, 0 or more. Advisory, for the assignment of losses; it may be outdated. */
  readonly idle: number;
  /** Pieces that the Region waits for. */
  readonly want: Want;
}

/** The ledger item of one resource. */
export interface RightsLedger {
  /** What is counted, e.g. `sku#4711` or `voucher#SUMMER`. */
  readonly resource: string;
  /** Generation of the table, from 1. A rebuilt table is the next generation; a Region follows only its own generation. */
  readonly generation: number;
  /** Counts the item's writes, from 1. */
  readonly version: number;
  /** Incarnations whose totals are unknown since the table was lost. Nothing is drawn until this list is empty. */
  readonly unknown: readonly Origin[];
  /** Account of each origin incarnation that ever drew or deposited. */
  readonly accounts: Readonly<Record<Origin, LedgerAccount>>;
}

/** Key of a resource's ledger item, and of a Region's own item. */
export const rightsKeyOf = (resource: string): string => `rights#${resource}`;

/** An account without any movement. */
export const EMPTY_ACCOUNT: LedgerAccount = {
  drawn: 0,
  returned: 0,
  deposited: 0,
  writtenOff: 0,
  assigned: 0,
  reclaimed: 0,
  epoch: 0,
  isFrozen: false,
  isClosed: false,
  idle: 0,
  want: { pieces: 0, asOfMs: 0 },
};

/** A resource without any deposit. Version 0 is not stored: the first write expects no item. */
export const emptyLedger = (resource: string, generation: number): RightsLedger => ({
  resource,
  generation,
  version: 0,
  unknown: [],
  accounts: {},
});

/** The account of an origin; an empty account if it has none. */
export const accountOf = (ledger: RightsLedger, origin: Origin): LedgerAccount =>
  ledger.accounts[origin] ?? EMPTY_ACCOUNT;

/**
 * Pieces that the Region may have: unspent, promised to orders or sold. The ledger cannot tell these apart. Below 0 if the Region gave
 * pieces back while the ledger assigned a loss to it: this is a debt that its next draws pay.
 */
export const heldPieces = ({ drawn, returned, assigned, reclaimed }: LedgerAccount): number =>
  drawn - returned - assigned - reclaimed;

/** Sums a number over all accounts. */
const sumOf = (ledger: RightsLedger, number: (account: LedgerAccount) => number): number =>
  Object.values(ledger.accounts).reduce((sum, account) => sum + number(account), 0);

/** Pieces in stock by deposits and losses, sold ones included. */
export const stockedPieces = (ledger: RightsLedger): number =>
  sumOf(ledger, ({ deposited, writtenOff }) => deposited - writtenOff);

/**
 * Pieces that any Region may draw. Below 0 if more pieces are missing than the accounts hold: nothing is drawn until the loss is covered.
 */
export const freePieces = (ledger: RightsLedger): number =>
  stockedPieces(ledger) - sumOf(ledger, (account) => Math.max(heldPieces(account), 0));

/** The ledger with one account changed, as its next version. */
export const withAccount = (
  ledger: RightsLedger,
  origin: Origin,
  change: Partial<LedgerAccount>,
): RightsLedger => ({
  ...ledger,
  version: ledger.version + 1,
  accounts: { ...ledger.accounts, [origin]: { ...accountOf(ledger, origin), ...change } },
});
