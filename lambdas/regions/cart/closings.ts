/** Which epochs of a cart are closed, and what the events that closed them had seen. */
import type { Seen } from '../log/event.ts';
import { compareText } from '../log/event.ts';
import { addSeen, nothingSeen, type Union } from '../folds/context.ts';
import type { Copies, Copy } from '../folds/kept.ts';
import type { CartFact, ClosingFact } from './cart-events.ts';

/** An epoch that ended. */
export interface ClosedEpoch {
  readonly epoch: number;
  /** The order made of it, or the cart that it was merged into: `order#<id>` or `cart#<id>`. */
  readonly by: string;
}

/** All closings of a cart. */
export interface Closings {
  /** What a closing event had seen of the cart. */
  readonly seen: Union;
  /** Sorted by epoch, then by name, each once. */
  readonly closed: readonly ClosedEpoch[];
}

const closedBy = ({ type, payload }: ClosingFact): ClosedEpoch => {
  if (type === 'cart.merged_away') return { epoch: payload.epoch, by: `cart#${payload.into}` };
  const epoch = type === 'order.placed' ? payload.cart.epoch : payload.epoch;
  return { epoch, by: `order#${payload.orderId}` };
};

/** The order's event has a causal context of its own; what it saw of the cart is in its payload. */
const seenOfCart = ({ seen }: Copy, { type, payload }: ClosingFact): Seen =>
  type === 'order.placed' ? payload.cart.seen : seen;

const isClosing = (fact: CartFact): fact is ClosingFact =>
  fact.type === 'cart.checked_out' || fact.type === 'cart.merged_away' || fact.type === 'order.placed';

const byEpoch = (a: ClosedEpoch, b: ClosedEpoch): number => a.epoch - b.epoch || compareText(a.by, b.by);

/** Each copy of a closing closes: whichever copy the agreement names, what any of them saw was in a checkout. */
export function closingsOf(commands: readonly Copies<CartFact>[]): Closings {
  const seen = nothingSeen();
  const closed = new Map<string, ClosedEpoch>();
  for (const copies of commands)
    for (const copy of copies) {
      if (!isClosing(copy.fact)) continue;
      addSeen(seen, seenOfCart(copy, copy.fact));
      const epoch = closedBy(copy.fact);
      closed.set(`${epoch.epoch} ${epoch.by}`, epoch);
    }
  return { seen, closed: [...closed.values()].toSorted(byEpoch) };
}
