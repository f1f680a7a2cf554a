/** The effect of each event of an order, depending on the decisions of the agreement about the order. */
import type { TableRow } from '../folds/table.ts';
import type { OrderFact } from './order-events.ts';

/** Effect of an event on the shown state. It starts no effect at a provider. */
export type OrderEffect =
  | 'candidate'
  | 'count'
  | 'void'
  | 'unbacked'
  | 'wait'
  | 'show'
  | 'refund'
  | 'settled'
  | 'request'
  | 'refuse'
  | 'hold'
  | 'done'
  | 'report'
  | 'apply'
  | 'announce'
  | 'none';

interface OrderRow extends TableRow<OrderEffect> {
  readonly event: OrderFact['type'];
}

const row = (event: OrderFact['type'], state: string, effect: OrderEffect, meaning: string): OrderRow => ({
  event,
  state,
  effect,
  meaning,
});

const copyRows = (event: 'order.placed' | 'order.allocated'): readonly OrderRow[] => [
  row(
    event,
    'undecided',
    'candidate',
    'It may be named. The first in the total order is shown as provisional, and nothing rests on it.',
  ),
  row(event, 'named', 'count', 'It is the copy that counts.'),
  row(
    event,
    'passed_over',
    'void',
    'Another copy is named, or the order ended without one. Its spender puts everything back, once.',
  ),
  row(
    event,
    'beyond_closing',
    'unbacked',
    'It came after its origin was closed: its spend is a shortfall for a person, and has no effect.',
  ),
];

/** The rules of an order. */
export const ORDER_TABLE: readonly OrderRow[] = [
  ...copyRows('order.placed'),
  row('order.placed', 'filled', 'count', 'A named allocation fills it.'),
  ...copyRows('order.allocated'),
  row('order.payment_reported', 'no_order', 'wait', 'It waits for its order, and is shown.'),
  row(
    'order.payment_reported',
    'undecided',
    'show',
    'It is shown. The agreement decides which payment counts.',
  ),
  row('order.payment_reported', 'counting', 'count', 'It is the one payment that counts.'),
  row('order.payment_reported', 'refund_due', 'refund', 'It is due for refund, once.'),
  row('order.payment_reported', 'refunded', 'settled', 'It went back.'),
  row('order.cancel_requested', 'undecided', 'request', 'The order reads "cancel requested".'),
  row('order.cancel_requested', 'answered', 'none', 'The agreement has ended the order or claimed the rest.'),
  row('order.claim_requested', 'undecided', 'request', 'It waits for the agreement.'),
  row('order.claim_requested', 'accepted', 'count', 'Its pieces are shipped or cancelled.'),
  row(
    'order.claim_requested',
    'impossible',
    'refuse',
    'The order ended, or nobody can claim so many pieces.',
  ),
  row('order.held', 'unanswered', 'hold', 'The order is held, and not named.'),
  row('order.held', 'answered', 'none', 'A person has decided, or the agreement has.'),
  row('order.hold_answered', 'keep', 'none', 'The order is not held.'),
  row('order.hold_answered', 'cancel', 'request', 'The order reads "cancel requested".'),
  row('order.returned', 'due', 'done', 'The pieces are back.'),
  row(
    'order.returned',
    'not_due',
    'report',
    'No decision here asks for it: the decision is missing, or it is a defect.',
  ),
  row('order.decided', 'gapless', 'apply', 'It moves the order.'),
  row('order.decided', 'after_gap', 'wait', 'A decision before it is missing. It is not acted on.'),
  row('cart.checked_out', 'no_order', 'announce', 'An order exists, and its event is missing.'),
  row('cart.checked_out', 'placed', 'none', 'The order is here.'),
];

const EFFECTS = new Map(ORDER_TABLE.map(({ event, state, effect }) => [`${event}/${state}`, effect]));

/** The table's cell. @throws {RangeError} if the table has no such row, which a test excludes. */
export function orderEffectOf(event: OrderFact['type'], state: string): OrderEffect {
  const effect = EFFECTS.get(`${event}/${state}`);
  if (effect === undefined) throw new RangeError(`no row ${event} × ${state}`);
  return effect;
}
