/** One order that two Regions accepted: the state of the small world. */
import type { OwnCopy } from '../../../../../lambdas/regions/agreements/order-returns.ts';
import type { OrderDecision } from '../../../../../lambdas/regions/agreements/order-state.ts';
import type { OrderItem } from '../../../../../lambdas/regions/agreements/order-steps.ts';
import { CAPTURE_MS, FULFIL_MS, UNPAID_MS } from '../../../../../lambdas/regions/agreements/order-sweep.ts';
import type { HeldDecision } from '../../../../../lambdas/regions/agreements/rebuild.ts';
import { ORDER_ID, START_MS } from '../../../../unit/regions/agreements/order-world.ts';

export const PIECES = 2;
const copyOf = (eventId: string): OwnCopy => ({ orderId: ORDER_ID, eventId, lines: { pen: PIECES } });
export const COPIES = { a: copyOf('eu-central-1.a1#1'), b: copyOf('eu-west-1.b1#1') };
export type Name = keyof typeof COPIES;

/** Moments that make a difference: placed, unpaid for too long, captured for too long, not fulfilled for too long. */
export const TIMES_MS = [
  START_MS,
  START_MS + UNPAID_MS,
  START_MS + UNPAID_MS + CAPTURE_MS,
  START_MS + UNPAID_MS + CAPTURE_MS + FULFIL_MS,
] as const;

/** What somebody may try at the agreement. */
export type Command =
  'name' | 'pay_1' | 'pay_2' | 'captured' | 'declined' | 'ship_one' | 'cancel' | 'cancel_two' | 'sweep';

/** What may happen. */
export interface OrderBudget {
  readonly a: readonly Command[];
  readonly b: readonly Command[];
  readonly losesTable: boolean;
}

export type OrderRecord = HeldDecision<OrderDecision>;
type Reading = OrderItem | undefined | 'unread';

export interface OrderState {
  readonly item: OrderItem | undefined;
  readonly readByA: Reading;
  readonly readByB: Reading;
  /** Decided events in the logs, by generation and number. */
  readonly log: readonly OrderRecord[];
  /** Which of {@link TIMES_MS} it is. */
  readonly time: number;
  readonly capture: 'none' | 'calling' | 'captured' | 'declined';
  /** `<claim>@<copy>`, sorted. */
  readonly shipped: readonly string[];
  /** `<return>@<copy>`, sorted, with pieces. */
  readonly returned: readonly (readonly [name: string, pieces: number])[];
  readonly generation: number;
}

export const START: OrderState = {
  item: undefined,
  readByA: 'unread',
  readByB: 'unread',
  log: [],
  time: 0,
  capture: 'none',
  shipped: [],
  returned: [],
  generation: 1,
};
