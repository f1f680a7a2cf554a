/** The plain model of a cart, written without the code under test. */
import type { LogEvent } from '../../../../lambdas/regions/log/event.ts';
import { fieldOf } from '../folds/history.ts';
import { seesId } from '../folds/naive.ts';

/** The total order of events. */
export const byPlace = (a: LogEvent, b: LogEvent): number =>
  a.hlc.wallMs - b.hlc.wallMs || a.hlc.counter - b.hlc.counter || (a.origin < b.origin ? -1 : 1);

/** Product of an event of a line. */
export const skuOf = (event: LogEvent): unknown => fieldOf(event, 'sku');

/** Whether a writer had seen one of the copies. */
export const isSeenBy = (copies: readonly LogEvent[], taker: Pick<LogEvent, 'seen'>): boolean =>
  copies.some(({ id }) => seesId(taker.seen, id));

const mergeName = (event: LogEvent): string => JSON.stringify([event.type, fieldOf(event, 'guestCart')]);

/** One write of one product, in the plain model. */
interface PlainWrite {
  readonly first: LogEvent;
  readonly copies: readonly LogEvent[];
  readonly quantity: number;
}

/** Name under which copies of an event are one. */
export const nameOf = (event: LogEvent): string =>
  event.type === 'cart.merged' ? mergeName(event) : event.commandId;

const mergedQuantities = (event: LogEvent, name: string): readonly number[] => {
  const lines: readonly { sku: string; quantity: number }[] = JSON.parse(
    JSON.stringify(fieldOf(event, 'lines')),
  );
  return lines.filter((line) => line.sku === name).map((line) => line.quantity);
};

/** Commands with their copies, the one that counts first. */
const commandsIn = (log: readonly LogEvent[]): readonly { first: LogEvent; copies: readonly LogEvent[] }[] =>
  [...Map.groupBy(log.toSorted(byPlace), nameOf).values()].flatMap((copies) =>
    copies[0] === undefined ? [] : [{ first: copies[0], copies }],
  );

const sawAny = (
  event: Pick<LogEvent, 'seen'>,
  { copies }: { readonly copies: readonly LogEvent[] },
): boolean => isSeenBy(copies, event);
const total = (writes: readonly PlainWrite[]): number =>
  writes.reduce((sum, { quantity: pieces }) => sum + pieces, 0);

/** What a closing event had seen of the cart. The order's event closes too, and says it in its payload. */
function closingOf(event: LogEvent): readonly Pick<LogEvent, 'seen'>[] {
  if (event.type === 'cart.checked_out') return [event];
  if (event.type !== 'order.placed') return [];
  const cart: Pick<LogEvent, 'seen'> = JSON.parse(JSON.stringify(fieldOf(event, 'cart')));
  return [cart];
}

/** max(latest set + adds, each merge + the adds that it had not seen), over the writes that no set, removal or checkout has seen. */
export function plainQuantity(log: readonly LogEvent[], name: string): number {
  const closings = log.flatMap(closingOf);
  const ofType = (type: string): readonly PlainWrite[] =>
    commandsIn(log)
      .filter(({ first }) => first.type === type && skuOf(first) === name)
      .map(({ first, copies }) => ({ first, copies, quantity: Number(fieldOf(first, 'quantity') ?? 0) }));
  const merges = commandsIn(log)
    .filter(({ first }) => first.type === 'cart.merged')
    .flatMap(({ first, copies }) =>
      mergedQuantities(first, name).map((pieces) => ({ first, copies, quantity: pieces })),
    );
  const isBought = (write: PlainWrite): boolean => closings.some((closing) => sawAny(closing, write));
  const all = [
    ...ofType('cart.item_added'),
    ...ofType('cart.item_set'),
    ...ofType('cart.item_removed'),
    ...merges,
  ];
  const bought = all.filter(isBought);
  const sets = ofType('cart.item_set').filter(({ first }) => !bought.some((write) => sawAny(first, write)));
  const takers = [...ofType('cart.item_set'), ...ofType('cart.item_removed')].map(({ first }) => first);
  const isOpen = (write: PlainWrite): boolean =>
    !isBought(write) && !takers.some((taker) => sawAny(taker, write));
  const adds = ofType('cart.item_added').filter(isOpen);
  const set = sets.filter(isOpen).at(-1)?.quantity ?? 0;
  const raised = merges
    .filter(isOpen)
    .map((merge) => merge.quantity + total(adds.filter((add) => !sawAny(merge.first, add))));
  return Math.max(set + total(adds), ...raised);
}
