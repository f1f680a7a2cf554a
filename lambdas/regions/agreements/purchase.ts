/**
 * The watch for duplicate orders: the same customer, the same lines, another cart, within 30 minutes. One item per customer and lines.
 *
 * Times are compared with each other, not sorted into time buckets, so two orders two minutes apart are always compared. The watch has no
 * decided events: a hold is an event of the order.
 */
import { type Put, refused, type Result } from '../change.ts';
import { type AgreementItem, type Attempt, type ItemRefusal, writeMove } from './item.ts';

/** Orders this close to each other may be duplicates, in ms: 30 minutes. */
export const DUPLICATE_WINDOW_MS = 30 * 60_000;

/** Orders that an item remembers. Ended orders are dropped first, then the oldest. */
export const MAX_PURCHASES = 8;

/** One order of a customer with these lines. */
export interface Purchase {
  readonly orderId: string;
  readonly cartId: string;
  /** When it was placed, in ms since 1970. */
  readonly placedAtMs: number;
  /** The order that it may repeat. Absent: none. */
  readonly repeats?: string;
  /** A person has allowed it. */
  readonly isAllowed: boolean;
  /** It has ended and no longer holds another order. */
  readonly isEnded: boolean;
}

/** Orders of one customer with the same lines, in the order in which they were recorded. */
export interface PurchaseState {
  readonly purchases: readonly Purchase[];
}

/** The agreement. */
export type PurchaseItem = AgreementItem<PurchaseState, never>;

/** A step of the agreement. */
export type PurchaseStep = Result<Put<PurchaseItem>, ItemRefusal | 'nothing_to_do' | 'not_recorded'>;

/** Input of every step. */
export interface PurchaseContext {
  /** Customer and lines, hashed. */
  readonly key: string;
  /** The item as a strong read found it. */
  readonly read: PurchaseItem | undefined;
  readonly attempt: Attempt;
}

/** Key of the watch. `linesHash` is the hash of the canonical lines. */
export const purchaseKeyOf = (customerId: string, linesHash: string): string =>
  `purchase#${customerId}/${linesHash}`;

const purchasesOf = ({ read }: PurchaseContext): readonly Purchase[] => read?.state.purchases ?? [];

const put = ({ key, read, attempt }: PurchaseContext, purchases: readonly Purchase[]): PurchaseStep =>
  writeMove<PurchaseState, never>(read, { key, state: { purchases } }, attempt);

const isClose = (a: { readonly placedAtMs: number }, b: { readonly placedAtMs: number }): boolean =>
  Math.abs(a.placedAtMs - b.placedAtMs) <= DUPLICATE_WINDOW_MS;

/** The newest {@link MAX_PURCHASES}: ended orders are dropped first, then the oldest. */
function trimmed(purchases: readonly Purchase[]): readonly Purchase[] {
  if (purchases.length <= MAX_PURCHASES) return purchases;
  const [first] = purchases.toSorted(
    (a, b) => Number(b.isEnded) - Number(a.isEnded) || a.placedAtMs - b.placedAtMs,
  );
  return trimmed(purchases.filter((purchase) => purchase !== first));
}

/** An order that a Region is about to settle. */
export interface NewPurchase {
  readonly orderId: string;
  readonly cartId: string;
  /** In ms since 1970. */
  readonly placedAtMs: number;
}

/**
 * Records an order before it is named. If an active order from another cart is within the window, the new order is recorded as its
 * repetition, and {@link duplicateVerdict} holds it. Redelivery is `nothing_to_do`.
 */
export function recordPurchase(context: PurchaseContext, order: NewPurchase): PurchaseStep {
  const purchases = purchasesOf(context);
  if (purchases.some(({ orderId }) => orderId === order.orderId))
    return refused('nothing_to_do', 'orderId', 'an order that is not recorded');
  const repeated = purchases.find(
    (other) => !other.isEnded && other.cartId !== order.cartId && isClose(other, order),
  );
  const repeats = repeated === undefined ? {} : { repeats: repeated.orderId };
  return put(context, trimmed([...purchases, { ...order, ...repeats, isAllowed: false, isEnded: false }]));
}

const changed = (context: PurchaseContext, orderId: string, change: Partial<Purchase>): PurchaseStep => {
  const purchases = purchasesOf(context);
  const stored = purchases.find((purchase) => purchase.orderId === orderId);
  if (stored === undefined) return refused('not_recorded', 'orderId', 'an order that is recorded');
  const next = { ...stored, ...change };
  return next.isEnded === stored.isEnded && next.isAllowed === stored.isAllowed
    ? refused('nothing_to_do', 'orderId', 'an order that this changes')
    : put(
        context,
        purchases.map((purchase) => (purchase === stored ? next : purchase)),
      );
};

/** A person has looked at both orders and wants both. Redelivery is `nothing_to_do`. */
export const allowPurchase = (context: PurchaseContext, orderId: string): PurchaseStep =>
  changed(context, orderId, { isAllowed: true });

/** The order has ended: it no longer holds another order. Redelivery is `nothing_to_do`. */
export const endPurchase = (context: PurchaseContext, orderId: string): PurchaseStep =>
  changed(context, orderId, { isEnded: true });

/** The watch's verdict about an order. `unrecorded`: it has to be recorded (again) before it is named. */
export type DuplicateVerdict = 'unrecorded' | 'held' | 'clear';

/**
 * Whether an order waits for a person: it repeats an order that is not known to have ended, and no person has allowed it. The wait is
 * bounded by the deadline of held orders.
 */
export function duplicateVerdict(item: PurchaseItem | undefined, orderId: string): DuplicateVerdict {
  const purchases = item?.state.purchases ?? [];
  const own = purchases.find((purchase) => purchase.orderId === orderId);
  if (own === undefined) return 'unrecorded';
  if (own.repeats === undefined || own.isAllowed) return 'clear';
  return purchases.some((purchase) => purchase.orderId === own.repeats && purchase.isEnded)
    ? 'clear'
    : 'held';
}
