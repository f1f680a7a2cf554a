/** One order with three copies, its agreement, its decided events and its providers, with the real captures, shipments and returns. */
import type { Put } from '../../../../lambdas/regions/change.ts';
import { decidedContent, type DecidedContent } from '../../../../lambdas/regions/agreements/decided.ts';
import { type Attempt, dropSecured } from '../../../../lambdas/regions/agreements/item.ts';
import { capturePermit, shippingPermit } from '../../../../lambdas/regions/agreements/order-permits.ts';
import { dueReturns, type OwnCopy } from '../../../../lambdas/regions/agreements/order-returns.ts';
import {
  evolveOrder,
  type LinePieces,
  type OrderDecision,
  UNDECIDED_ORDER,
} from '../../../../lambdas/regions/agreements/order-state.ts';
import {
  type NamingCandidate,
  type OrderContext,
  type OrderItem,
  orderKeyOf,
  type OrderStep,
  recordCaptured,
} from '../../../../lambdas/regions/agreements/order-steps.ts';
import { sweepOrder, UNPAID_MS } from '../../../../lambdas/regions/agreements/order-sweep.ts';
import { type HeldDecision, restoredItem } from '../../../../lambdas/regions/agreements/rebuild.ts';
import { ItemStore } from '../item-store.ts';

export const ORDER_ID = 'o1';
export const START_MS = Date.UTC(2026, 2, 29, 0, 59, 30);
export const LINES: LinePieces = { pen: 5, ink: 2 };

/** Copies of the order: three Regions accepted the same order, and each spent pieces. */
export const COPIES: readonly OwnCopy[] = ['eu-central-1.a1', 'eu-west-1.b1', 'us-east-1.c1'].map(
  (origin) => ({
    orderId: ORDER_ID,
    eventId: `${origin}#1`,
    lines: LINES,
  }),
);

export const candidateOf = (copy: OwnCopy, over: Partial<NamingCandidate> = {}): NamingCandidate => ({
  eventId: copy.eventId,
  origin: copy.eventId.replace(/#.*/, ''),
  hash: copy.eventId,
  bodies: ['{}'],
  lines: copy.lines,
  deadlineAtMs: START_MS + UNPAID_MS,
  isSecured: true,
  isFullySpent: true,
  isHeld: false,
  closing: 'none',
  ...over,
});

const isOrderItem = (item: unknown): item is OrderItem =>
  typeof item === 'object' && item !== null && 'pending' in item;

type OrderRecord = HeldDecision<OrderDecision>;
const nameOf = ({ generation, number }: OrderRecord): string => `${generation}.${number}`;

/** Adds pieces by line. */
const addLines = (total: Map<string, number>, lines: LinePieces): void => {
  for (const [line, pieces] of Object.entries(lines)) total.set(line, (total.get(line) ?? 0) + pieces);
};

export class OrderWorld {
  generation = 1;
  nowMs = START_MS;
  /** The table of each generation; a lost one is emptied, and late writes to it have no effect. */
  readonly tables = [new ItemStore()];
  /** Decided events in the log of a Region, and those that two incarnations hold. */
  readonly published = new Map<string, OrderRecord>();
  readonly secured = new Set<string>();
  readonly contents: DecidedContent[] = [];
  /** Payments that the provider captured. */
  readonly captured = new Set<string>();
  /** Shipped claims, for the copy that was named at that time. */
  readonly shipped = new Set<string>();
  readonly shippedPieces = new Map<string, Map<string, number>>();
  readonly returned = new Set<string>();
  readonly returnedPieces = new Map<string, Map<string, number>>();
  /** Events that only a closed incarnation had when a table was restored. They may arrive later and never count. */
  readonly #unlisted = new Set<string>();
  #attempts = 0;

  item(): OrderItem | undefined {
    return this.tables[this.generation - 1]?.get(orderKeyOf(ORDER_ID), isOrderItem);
  }

  /** The context of a fresh read, or of an earlier one that is still in use. */
  context(read = this.item(), generation = this.generation): OrderContext {
    return { orderId: ORDER_ID, read, attempt: this.attempt(generation) };
  }

  attempt(generation = this.generation): Attempt {
    this.#attempts += 1;
    return { attemptId: `attempt-${this.#attempts}`, generation };
  }

  write(step: OrderStep, generation = this.generation): boolean {
    return step.ok && (this.tables[generation - 1]?.write([step.value]) ?? false);
  }

  /** Any Region's sweep writes the missing events of the item. */
  publish(): void {
    const item = this.item();
    for (const pending of item?.pending ?? []) {
      const record = { generation: this.generation, ...pending, isSecured: false };
      this.published.set(nameOf(record), record);
      if (item !== undefined) this.contents.push(decidedContent(item, pending));
    }
  }

  /** A second incarnation holds the event. */
  secure(index: number): void {
    const names = [...this.published.keys()].filter((name) => !this.secured.has(name));
    const name = names[index % Math.max(names.length, 1)];
    if (name !== undefined) this.secured.add(name);
  }

  drop(): boolean {
    const item = this.item();
    if (item === undefined) return false;
    const numbers = item.pending
      .filter(({ number, generation = this.generation }) => this.secured.has(`${generation}.${number}`))
      .map(({ number }) => number);
    const step = dropSecured(item, new Set(numbers), this.attempt());
    return step.ok && this.#put(step.value);
  }

  #put(put: Put<object>): boolean {
    return this.tables[this.generation - 1]?.write([put]) ?? false;
  }

  records(): readonly OrderRecord[] {
    return [...this.published.values()];
  }

  /** The provider captures the payment if the agreement permits it. */
  capture(): boolean {
    const effecting = this.records().find(
      (record) => record.decision.kind === 'effecting' && capturePermit(this.item(), record) === 'apply',
    );
    if (effecting?.decision.kind === 'effecting') this.captured.add(effecting.decision.paymentId);
    return effecting !== undefined;
  }

  /** The warehouse ships each permitted claim once. */
  ship(): boolean {
    const [item, before] = [this.item(), this.shipped.size];
    for (const record of this.records()) {
      const { decision } = record;
      if (decision.kind !== 'claimed' || decision.purpose !== 'ship' || this.shipped.has(decision.claimId))
        continue;
      if (shippingPermit(item, record, decision.claimId) !== 'apply') continue;
      this.shipped.add(decision.claimId);
      addLines(this.#of(this.shippedPieces, item?.state.named?.eventId ?? 'nobody'), decision.lines);
    }
    return this.shipped.size > before;
  }

  /** The spender of a copy puts back the due pieces, each return once. */
  putBack(copy: OwnCopy): boolean {
    const [item, before] = [this.item(), this.returned.size];
    if (item === undefined) return false;
    for (const { returnId, lines } of dueReturns(item, this.records(), copy)) {
      if (this.returned.has(returnId)) continue;
      this.returned.add(returnId);
      addLines(this.#of(this.returnedPieces, copy.eventId), lines);
    }
    return this.returned.size > before;
  }

  #of(totals: Map<string, Map<string, number>>, eventId: string): Map<string, number> {
    const lines = totals.get(eventId) ?? new Map<string, number>();
    totals.set(eventId, lines);
    return lines;
  }

  /** The table is lost and rebuilt from the surviving events: all secured ones, and possibly others. */
  loseTable(keepsUnsecured: boolean): void {
    const records = this.records()
      .map((record) => ({ ...record, isSecured: this.secured.has(nameOf(record)) }))
      .filter((record) => !this.#unlisted.has(nameOf(record)) && (keepsUnsecured || record.isSecured));
    for (const name of this.published.keys())
      if (!records.some((record) => nameOf(record) === name)) this.#unlisted.add(name);
    this.tables[this.generation - 1]?.destroy();
    this.generation += 1;
    this.tables.push(new ItemStore());
    const put = restoredItem({
      key: orderKeyOf(ORDER_ID),
      generation: this.generation,
      records,
      start: { ...UNDECIDED_ORDER, bodies: ['{}'] },
      evolve: (state, decision) => ({ ...evolveOrder(state, decision), bodies: state.bodies }),
    });
    if (put !== undefined) this.#put(put);
  }

  sweep(read = this.item(), generation = this.generation): boolean {
    const order = { eventDeadlineAtMs: START_MS + UNPAID_MS, nowMs: this.nowMs };
    return this.write(sweepOrder(this.context(read, generation), order), generation);
  }

  /** Writes and secures the events of all decisions and removes them from the item. */
  log(): void {
    this.publish();
    for (const name of this.published.keys()) this.secured.add(name);
    this.drop();
  }

  /** Ends all faults: events are secured, deadlines pass, and every due step is done. */
  settle(): void {
    for (let round = 0; round < 8; round += 1) {
      this.log();
      for (const paymentId of this.captured) this.write(recordCaptured(this.context(), paymentId));
      this.log();
      this.ship();
      for (const copy of COPIES) this.putBack(copy);
      this.nowMs += 40 * 24 * 3_600_000;
      this.sweep();
    }
  }
}

const piecesOf = (totals: OrderWorld['shippedPieces'], eventId: string, line: string): number =>
  totals.get(eventId)?.get(line) ?? 0;

/** Pieces of a line that a copy has shipped and put back. */
export const spentEnds = (world: OrderWorld, eventId: string, line: string): number =>
  piecesOf(world.shippedPieces, eventId, line) + piecesOf(world.returnedPieces, eventId, line);

/** Violations of invariants that must hold at every moment. */
export function violationsOf(world: OrderWorld): readonly string[] {
  const item = world.item();
  const over = Object.entries(item?.state.lines ?? {}).filter(
    ([, { ordered, shipped, cancelled }]) => shipped + cancelled > ordered,
  );
  const twice = COPIES.flatMap(({ eventId, lines }) =>
    Object.entries(lines).filter(([line, spent]) => spentEnds(world, eventId, line) > spent),
  );
  const holders = [...world.shippedPieces.keys()];
  return [
    ...over.map(([line]) => `more claimed than ordered of ${line}`),
    ...twice.map(([line]) => `a piece of ${line} was shipped and put back, or twice`),
    ...(holders.length > 1 || holders.includes('nobody') ? [`shipped for ${holders.join(', ')}`] : []),
    ...(world.captured.size > 1 ? ['two payments were captured by permission'] : []),
    ...((item?.pending.length ?? 0) > 16 ? ['too many pending decisions'] : []),
  ];
}
