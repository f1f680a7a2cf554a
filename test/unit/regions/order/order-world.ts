/** Random histories of one order: checkouts, allocations, reports and requests in three Regions, with the real agreement. */
import { fc } from '@fast-check/vitest';
import { decidedContent } from '../../../../lambdas/regions/agreements/decided.ts';
import type { LinePieces } from '../../../../lambdas/regions/agreements/order-state.ts';
import {
  cancelOrder,
  claimPieces,
  closeCapture,
  expireOrder,
  nameCopy,
  type OrderContext,
  type OrderItem,
  type OrderStep,
  recordCaptured,
  startEffecting,
} from '../../../../lambdas/regions/agreements/order-steps.ts';
import type { LogEvent } from '../../../../lambdas/regions/log/event.ts';
import { type Draft, fieldOf, type Step, World } from '../folds/history.ts';
import { asJson, placedPayload } from './order-lab.ts';

/** An attempted step of the agreement. */
export type Attempt =
  | { readonly kind: 'name'; readonly pick: number }
  | { readonly kind: 'pay' | 'captured' | 'decline'; readonly paymentId: string }
  | { readonly kind: 'claim'; readonly purpose: 'ship' | 'cancel'; readonly lines: LinePieces | 'rest' }
  | { readonly kind: 'cancel' | 'expire' };

/** A step of an order's history. */
export type LifeStep =
  | Step
  | { readonly kind: 'allocate'; readonly region: number; readonly pick: number }
  | { readonly kind: 'agree'; readonly region: number; readonly attempt: Attempt };

/** One order. */
export class OrderWorld extends World {
  /** The agreement as it is stored. */
  item: OrderItem | undefined;
  private attempts = 0;

  constructor() {
    super('order#o1');
  }

  /** Takes one step. */
  live(step: LifeStep): void {
    if (step.kind === 'allocate') return this.allocate(step.region, step.pick);
    if (step.kind !== 'agree') return this.take(step);
    const result = this.tryStep(step.attempt);
    if (result?.ok !== true) return;
    this.item = result.value.next;
    const pending = this.item.pending.at(-1);
    if (pending === undefined) return;
    const { payload, type, commandId } = decidedContent(this.item, pending);
    this.item = { ...this.item, pending: [] };
    this.write(step.region, { type, payload: asJson(payload), commandId }, 0);
  }

  private allocate(region: number, pick: number): void {
    const waiting = this.log.filter(
      ({ type, payload }) => type === 'order.placed' && JSON.stringify(payload).includes('"waiting"'),
    );
    const order = waiting[pick % Math.max(1, waiting.length)];
    if (order !== undefined)
      this.write(region, { type: 'order.allocated', payload: { placedId: order.id } }, 0);
  }

  private tryStep(attempt: Attempt): OrderStep | undefined {
    this.attempts += 1;
    const id = `t${this.attempts}`;
    const context: OrderContext = {
      orderId: 'o1',
      read: this.item,
      attempt: { attemptId: id, generation: 1 },
    };
    switch (attempt.kind) {
      case 'name':
        return this.name(context, attempt.pick);
      case 'pay':
        return startEffecting(context, {
          paymentId: attempt.paymentId,
          captureDeadlineAtMs: 1,
          fulfilDeadlineAtMs: 2,
        });
      case 'captured':
        return recordCaptured(context, attempt.paymentId);
      case 'decline':
        return closeCapture(context, attempt.paymentId, id);
      case 'claim':
        return claimPieces(context, { claimId: id, ...attempt });
      case 'cancel':
        return cancelOrder(context, id);
      case 'expire':
        return expireOrder(context, id);
    }
  }

  /** Names one of the copies that have their pieces. */
  private name(context: OrderContext, pick: number): OrderStep | undefined {
    const copies = this.log.flatMap((event) => spentLines(event, this.log));
    const copy = copies[pick % Math.max(1, copies.length)];
    if (copy === undefined) return undefined;
    const { lines } = copy;
    const { id, origin } = copy.event;
    const sure = { isSecured: true, isFullySpent: true, isHeld: false, closing: 'none' } as const;
    return nameCopy(
      context,
      { eventId: id, origin, hash: '', bodies: [], lines, deadlineAtMs: 10 ** 9, ...sure },
      0,
    );
  }
}

const linesOf = (order: LogEvent): LinePieces => {
  const ordered: LinePieces[] = Object.values(JSON.parse(JSON.stringify(fieldOf(order, 'lines') ?? [])));
  return Object.fromEntries(ordered.map(({ line, quantity }) => [String(line), Number(quantity)]));
};

/** Lines of a copy that has its pieces. */
function spentLines(
  event: LogEvent,
  log: readonly LogEvent[],
): readonly { event: LogEvent; lines: LinePieces }[] {
  if (event.type === 'order.placed' && fieldOf(event, 'supply') === 'spent')
    return [{ event, lines: linesOf(event) }];
  const order =
    event.type === 'order.allocated' ? log.find(({ id }) => id === fieldOf(event, 'placedId')) : undefined;
  return order === undefined ? [] : [{ event, lines: linesOf(order) }];
}

const region = fc.nat({ max: 2 });
const pick = fc.nat({ max: 20 });
const skewMs = fc.integer({ min: -200, max: 200 });
const lines = fc.dictionary(fc.constantFrom('x', 'y'), fc.integer({ min: 1, max: 3 }), { minKeys: 1 });
const paymentId = fc.constantFrom('p1', 'p2');
const purpose = fc.constantFrom('ship' as const, 'cancel' as const);
const claimLines = fc.oneof(lines, fc.constant('rest' as const));
const codes = fc.constantFrom<readonly string[]>([], ['SUMMER']);

const draft: fc.Arbitrary<Draft> = fc.oneof(
  {
    weight: 4,
    arbitrary: fc
      .tuple(lines, fc.constantFrom('spent' as const, 'waiting' as const), codes)
      .map(([pieces, supply, vouchers]) => ({
        type: 'order.placed',
        payload: placedPayload(pieces, supply, vouchers),
      })),
  },
  {
    weight: 1,
    arbitrary: fc
      .tuple(paymentId, fc.constantFrom('authorised', 'captured', 'declined', 'refunded'))
      .map(([id, status]) => ({
        type: 'order.payment_reported',
        payload: { paymentId: id, status, amountMinor: 5, currency: 'EUR' },
      })),
  },
  {
    weight: 1,
    arbitrary: fc.constant({ type: 'order.cancel_requested', payload: { reason: 'customer' } }),
  },
  {
    weight: 1,
    arbitrary: fc.record({
      type: fc.constant('order.claim_requested'),
      payload: fc.record({ purpose, lines: claimLines }),
    }),
  },
  { weight: 1, arbitrary: fc.constant({ type: 'order.held', payload: { suspectOf: 'o0' } }) },
  { weight: 1, arbitrary: fc.constant({ type: 'order.unknown', payload: null }) },
);

const attempt: fc.Arbitrary<Attempt> = fc.oneof(
  { weight: 3, arbitrary: fc.record({ kind: fc.constant('name' as const), pick }) },
  { weight: 3, arbitrary: fc.record({ kind: fc.constant('pay' as const), paymentId }) },
  {
    weight: 3,
    arbitrary: fc.record({ kind: fc.constantFrom('captured' as const, 'decline' as const), paymentId }),
  },
  { weight: 4, arbitrary: fc.record({ kind: fc.constant('claim' as const), purpose, lines: claimLines }) },
  { weight: 1, arbitrary: fc.record({ kind: fc.constantFrom('cancel' as const, 'expire' as const) }) },
);

const lifeStep: fc.Arbitrary<LifeStep> = fc.oneof(
  { weight: 4, arbitrary: fc.record({ kind: fc.constant('write' as const), region, draft, skewMs }) },
  { weight: 2, arbitrary: fc.record({ kind: fc.constant('allocate' as const), region, pick }) },
  { weight: 3, arbitrary: fc.record({ kind: fc.constant('copy' as const), region, pick }) },
  { weight: 1, arbitrary: fc.record({ kind: fc.constant('retry' as const), region, pick, skewMs }) },
  { weight: 7, arbitrary: fc.record({ kind: fc.constant('agree' as const), region, attempt }) },
);

/** Random histories. */
export const orderLives: fc.Arbitrary<OrderWorld> = fc
  .array(lifeStep, { minLength: 4, maxLength: 20 })
  .map((steps) => {
    const world = new OrderWorld();
    for (const step of steps) world.live(step);
    return world;
  });
