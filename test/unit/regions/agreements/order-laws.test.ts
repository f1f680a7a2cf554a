/** The agreement about an order under random interleavings: stale readers, lost tables, late events, providers, deadlines. */
import { fc, test } from '@fast-check/vitest';
import { describe, expect } from 'vitest';
import { contradictions } from '../../../../lambdas/regions/agreements/decided.ts';
import {
  cancelOrder,
  type Claim,
  claimPieces,
  closeCapture,
  nameCopy,
  recordCaptured,
  startEffecting,
} from '../../../../lambdas/regions/agreements/order-steps.ts';
import { CAPTURE_MS, FULFIL_MS } from '../../../../lambdas/regions/agreements/order-sweep.ts';
import { LAW_RUNS } from '../laws.ts';
import { candidateOf, COPIES, OrderWorld, spentEnds, violationsOf } from './order-world.ts';

const actor = fc.constantFrom('a', 'b');
const isFresh = fc.boolean();
const payment = fc.constantFrom('pay-1', 'pay-2');
const id = fc.nat(5);
const lines: fc.Arbitrary<Claim['lines']> = fc.oneof(
  fc.constant('rest' as const),
  fc.record({ pen: fc.integer({ min: 1, max: 5 }) }),
  fc.record({ pen: fc.integer({ min: 1, max: 3 }), ink: fc.integer({ min: 1, max: 2 }) }),
);

const step = fc.oneof(
  { weight: 3, arbitrary: fc.record({ kind: fc.constant('read'), actor }) },
  { weight: 3, arbitrary: fc.record({ kind: fc.constant('name'), actor, isFresh, copy: fc.nat(2) }) },
  { weight: 3, arbitrary: fc.record({ kind: fc.constant('effecting'), actor, isFresh, payment }) },
  { weight: 4, arbitrary: fc.record({ kind: fc.constant('captured'), actor, isFresh, payment }) },
  { weight: 1, arbitrary: fc.record({ kind: fc.constant('declined'), actor, isFresh, payment }) },
  { weight: 4, arbitrary: fc.record({ kind: fc.constant('ship'), actor, isFresh, id, lines }) },
  { weight: 3, arbitrary: fc.record({ kind: fc.constant('cancel'), actor, isFresh, id, lines }) },
  { weight: 1, arbitrary: fc.record({ kind: fc.constant('cancel_all'), actor, isFresh, id }) },
  {
    weight: 1,
    arbitrary: fc.record({ kind: fc.constant('sweep'), actor, isFresh, passedMs: fc.nat(3_600_000) }),
  },
  { weight: 3, arbitrary: fc.record({ kind: fc.constant('log') }) },
  { weight: 3, arbitrary: fc.record({ kind: fc.constant('publish') }) },
  { weight: 6, arbitrary: fc.record({ kind: fc.constant('secure'), index: fc.nat(3) }) },
  { weight: 5, arbitrary: fc.record({ kind: fc.constant('drop') }) },
  { weight: 3, arbitrary: fc.record({ kind: fc.constant('provider') }) },
  { weight: 3, arbitrary: fc.record({ kind: fc.constant('put_back'), copy: fc.nat(2) }) },
  { weight: 1, arbitrary: fc.record({ kind: fc.constant('lose_table'), keepsUnsecured: fc.boolean() }) },
);
type Step = typeof step extends fc.Arbitrary<infer T> ? T : never;
type ByActor = Extract<Step, { isFresh: boolean }>;

interface Reading {
  readonly item: ReturnType<OrderWorld['item']>;
  readonly generation: number;
}
/** Counters of rare situations, over all runs; the laws must reach each one. */
const met = {
  staleWrite: 0,
  captured: 0,
  shipped: 0,
  putBack: 0,
  tableLost: 0,
  refundDue: 0,
  partlyShipped: 0,
};

function stepBy(world: OrderWorld, at: ByActor, { item, generation }: Reading): boolean {
  const context = world.context(item, generation);
  switch (at.kind) {
    case 'name': {
      const copy = COPIES[at.copy];
      return copy !== undefined && world.write(nameCopy(context, candidateOf(copy), world.nowMs), generation);
    }
    case 'effecting': {
      const [captureDeadlineAtMs, fulfilDeadlineAtMs] = [world.nowMs + CAPTURE_MS, world.nowMs + FULFIL_MS];
      const effecting = { paymentId: at.payment, captureDeadlineAtMs, fulfilDeadlineAtMs };
      return world.write(startEffecting(context, effecting), generation);
    }
    case 'captured':
      return world.captured.has(at.payment) && world.write(recordCaptured(context, at.payment), generation);
    case 'declined':
      return world.write(closeCapture(context, at.payment, 'decline'), generation);
    case 'ship':
    case 'cancel': {
      const claim = { claimId: `${at.kind}-${at.id}`, purpose: at.kind, lines: at.lines };
      return world.write(claimPieces(context, claim), generation);
    }
    case 'cancel_all':
      return world.write(cancelOrder(context, `cancel-all-${at.id}`), generation);
    case 'sweep':
      world.nowMs += at.passedMs;
      return world.sweep(item, generation);
  }
}

function carryOut(world: OrderWorld, at: Step, readings: Map<string, Reading>): void {
  const now = (): Reading => ({ item: world.item(), generation: world.generation });
  switch (at.kind) {
    case 'read':
      readings.set(at.actor, now());
      return;
    case 'log':
      world.log();
      return;
    case 'publish':
      world.publish();
      return;
    case 'secure':
      world.secure(at.index);
      return;
    case 'drop':
      world.drop();
      return;
    case 'provider':
      met.captured += world.capture() ? 1 : 0;
      met.shipped += world.ship() ? 1 : 0;
      return;
    case 'put_back':
      met.putBack += world.putBack(COPIES[at.copy] ?? { orderId: '', eventId: '', lines: {} }) ? 1 : 0;
      return;
    case 'lose_table':
      met.tableLost += 1;
      world.loseTable(at.keepsUnsecured);
      return;
    case 'name':
    case 'effecting':
    case 'captured':
    case 'declined':
    case 'ship':
    case 'cancel':
    case 'cancel_all':
    case 'sweep':
      met.staleWrite += stepBy(world, at, (at.isFresh ? undefined : readings.get(at.actor)) ?? now()) ? 0 : 1;
  }
}

/** State of the order when the steps begin. */
const beginning = fc.constantFrom('undecided', 'named', 'paid' as const);

function worldAt(start: typeof beginning extends fc.Arbitrary<infer T> ? T : never): OrderWorld {
  const world = new OrderWorld();
  const ahead: readonly Step[] = [
    { kind: 'name', actor: 'a', isFresh: true, copy: 0 },
    { kind: 'effecting', actor: 'a', isFresh: true, payment: 'pay-1' },
    { kind: 'log' },
    { kind: 'provider' },
    { kind: 'captured', actor: 'a', isFresh: true, payment: 'pay-1' },
    { kind: 'log' },
  ];
  const count = { undecided: 0, named: 1, paid: ahead.length }[start];
  for (const at of ahead.slice(0, count)) carryOut(world, at, new Map());
  return world;
}

function run(world: OrderWorld, steps: readonly Step[]): readonly string[] {
  const readings = new Map<string, Reading>();
  for (const [index, at] of steps.entries()) {
    carryOut(world, at, readings);
    const violations = violationsOf(world);
    if (violations.length > 0) return [`after step ${index}`, ...violations];
  }
  return [];
}

/** What is not settled after every due step was done. */
function unsettled(world: OrderWorld): readonly string[] {
  const state = world.item()?.state;
  const named = state?.named?.eventId;
  const loose = COPIES.flatMap(({ eventId, lines: spent }) =>
    Object.entries(spent)
      .filter(([line, pieces]) => spentEnds(world, eventId, line) !== pieces)
      .map(([line]) => `${line} of ${eventId}${eventId === named ? ', the named one' : ''}`),
  );
  return state?.phase === 'ended' ? loose : [`the order is ${state?.phase ?? 'undecided'}`];
}

/** Captured payments that neither count nor are due for refund. */
const moneyKept = (world: OrderWorld): readonly string[] => {
  const state = world.item()?.state;
  const isCounted = (paymentId: string): boolean =>
    state?.capture?.paymentId === paymentId && state.capture.status === 'captured';
  return [...world.captured].filter(
    (paymentId) => isCounted(paymentId) === (state?.refundsDue.includes(paymentId) ?? false),
  );
};

const lengths = { minLength: 10, maxLength: 60, size: 'max' } as const;

describe('the agreement about an order', () => {
  test.prop([beginning, fc.array(step, lengths)], { numRuns: LAW_RUNS })(
    'ships or returns every piece once, and ends every order',
    (start, steps) => {
      const world = worldAt(start);
      const violations = run(world, steps);
      world.settle();

      met.refundDue += world.item()?.state.refundsDue.length ?? 0;
      met.partlyShipped += [...world.shippedPieces.values()].some((pieces) => (pieces.get('pen') ?? 0) < 5)
        ? 1
        : 0;
      expect([...violations, ...violationsOf(world)]).toEqual([]);
      expect(unsettled(world)).toEqual([]);
      expect(moneyKept(world)).toEqual([]);
      expect(contradictions(world.contents)).toEqual([]);
    },
  );

  test('covers every rare situation', () => {
    expect(Object.entries(met).filter(([, times]) => times === 0)).toEqual([]);
  });
});
