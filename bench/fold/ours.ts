/** Our carts: events with hash and chain, as Regions copy them. */
import { CART_RULES, cartState } from '../../lambdas/regions/cart/cart-fold.ts';
import type { CartFact } from '../../lambdas/regions/cart/cart-events.ts';
import { seenOf } from '../../lambdas/regions/folds/held.ts';
import { absorb, type Kept, nothingKept } from '../../lambdas/regions/folds/kept.ts';
import {
  hashOfBody,
  readBody,
  readEvent,
  sealEvent,
  type StoredEvent,
} from '../../lambdas/regions/log/body.ts';
import { chainOf, shardOf } from '../../lambdas/regions/log/chain.ts';
import { GENESIS, type LogEvent } from '../../lambdas/regions/log/event.ts';
import { nextHlc } from '../../lambdas/regions/log/hlc.ts';
import { type Operation, REPLICAS, SYNC_EVERY } from './operations.ts';
import type { System, Update } from './system.ts';

const START_MS = Date.UTC(2026, 0, 1);
const ORIGINS = ['eu-central-1.a1', 'us-east-1.b1', 'ap-northeast-1.c1'];
const TYPES = { add: 'cart.item_added', set: 'cart.item_set', remove: 'cart.item_removed' } as const;

/** The events of a replica: what it has folded of a cart, and its own numbers. */
class Writer {
  readonly #origin: string;
  readonly #tips = new Map<string, { seq: number; hash: string }>();
  kept: Kept<CartFact> = nothingKept();
  #entitySeq = 0;

  constructor(replica: number) {
    this.#origin = ORIGINS[replica] ?? '';
  }

  openCart(): void {
    this.kept = nothingKept();
    this.#entitySeq = 0;
  }

  write({ cart, kind, sku, quantity }: Operation, number: number): LogEvent {
    const entity = `cart#c${cart}`;
    const chain = chainOf(this.#origin, shardOf(entity), 0);
    const tip = this.#tips.get(chain) ?? { seq: 0, hash: GENESIS };
    const hlc = nextHlc(START_MS + number, this.kept.clock.latest);
    this.#entitySeq += 1;
    const sealed = sealEvent(
      {
        origin: this.#origin,
        entitySeq: this.#entitySeq,
        chain,
        chainSeq: tip.seq + 1,
        prev: tip.hash,
        hlc: hlc ?? { wallMs: 0, counter: 0 },
      },
      {
        entity,
        type: TYPES[kind],
        schemaVersion: 1,
        commandId: `command-${number}`,
        seen: seenOf(this.kept.held),
        payload: kind === 'remove' ? { sku } : { sku, quantity },
      },
    );
    const event = valueOf(sealed);
    this.#tips.set(chain, { seq: tip.seq + 1, hash: event.hash });
    absorb(CART_RULES, this.kept, event);
    return event;
  }
}

/** All events, in the order of the operations. */
export function eventsOf(operations: readonly Operation[]): readonly LogEvent[] {
  const writers = Array.from({ length: REPLICAS }, (_, replica) => new Writer(replica));
  const events: LogEvent[] = [];
  let [cart, inCart] = [-1, 0];
  let since: LogEvent[] = [];
  for (const [number, operation] of operations.entries()) {
    if (operation.cart !== cart) {
      for (const writer of writers) writer.openCart();
      [cart, inCart, since] = [operation.cart, 0, []];
    }
    const event = writers[operation.replica]?.write(operation, number);
    if (event === undefined) continue;
    events.push(event);
    since.push(event);
    inCart += 1;
    if (inCart % SYNC_EVERY !== 0) continue;
    for (const writer of writers) for (const one of since) absorb(CART_RULES, writer.kept, one);
    since = [];
  }
  return events;
}

/** Carts by their events. */
class Carts {
  readonly #kept = new Map<string, Kept<CartFact>>();

  take(event: LogEvent): void {
    const kept = this.#kept.get(event.entity) ?? nothingKept<CartFact>();
    this.#kept.set(event.entity, kept);
    absorb(CART_RULES, kept, event);
  }

  /** Number of lines of all carts. */
  lines(): number {
    let lines = 0;
    for (const kept of this.#kept.values()) lines += cartState(kept).lines.length;
    return lines;
  }
}

/** Folds events that are read already; returns the number of lines of all carts. */
export function foldAll(events: Iterable<LogEvent>): number {
  const carts = new Carts();
  for (const event of events) carts.take(event);
  return carts.lines();
}

/** The event that was read. @throws {Error} if its bytes are damaged */
function valueOf(read: ReturnType<typeof readEvent>): LogEvent {
  if (read.ok) return read.value;
  throw new Error(`${read.refusal.field}: expected ${read.refusal.expected}`);
}

/** Reads, verifies and folds stored events, one after the other. @throws {Error} if one is damaged */
export function readAndFoldAll(items: readonly StoredEvent[]): number {
  const carts = new Carts();
  for (const item of items) carts.take(valueOf(readEvent(item)));
  return carts.lines();
}

/** What no reader can save: parsing the body and hashing it. */
export const parseAndHash = (items: readonly StoredEvent[]): number =>
  items.filter(({ body, hash }) => JSON.parse(body) !== null && hashOfBody(body) === hash).length;

/** Our system over the wire: the body is what is copied; everything else follows from it. */
export const OURS: System = {
  name: 'ours',
  write: (operations): readonly Update[] =>
    eventsOf(operations).map(({ body }, index) => ({ cart: operations[index]?.cart ?? 0, bytes: body })),
  apply: (updates) => {
    const carts = new Carts();
    for (const { bytes } of updates) carts.take(valueOf(readBody(String(bytes))));
    return carts.lines();
  },
};
