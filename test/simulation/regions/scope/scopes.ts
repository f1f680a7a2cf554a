/** The small worlds that are searched, each in plain words. */
import { explore, type Search, type World } from './explore.ts';
import { cartWorld } from './worlds/cart.ts';
import { checkoutWorld } from './worlds/checkout.ts';
import { closingWorld } from './worlds/closing.ts';
import { effectWorld } from './worlds/effect.ts';
import { emailWorld } from './worlds/email.ts';
import { APPROVALS_OVER_MS, failoverWorld, LEASE_OVER_MS } from './worlds/failover.ts';
import { orderWorld } from './worlds/order.ts';
import { purchaseWorld } from './worlds/purchase.ts';
import { rightsWorld } from './worlds/rights.ts';
import { watermarkWorld } from './worlds/watermarks.ts';

/** A small world. */
export interface Scope {
  readonly name: string;
  /** What it is, in plain words. */
  readonly says: string;
  /** Searches it. @throws {RangeError} if it has more than `maxStates` states */
  readonly search: (maxStates: number) => Search;
}

const scope = <S extends object>(name: string, says: string, world: () => World<S>): Scope => ({
  name,
  says,
  search: (maxStates) => explore(world(), maxStates),
});

const RIGHTS = { sales: 1, draws: [1], givesBack: false, releases: false, closing: false, loss: false };
const ASKABLE = { recognisesKeys: false, canBeAsked: true };
const PERFECT = { recognisesKeys: true, canBeAsked: true };
const MUTE = { recognisesKeys: false, canBeAsked: false };

/** Every scope. */
export const SCOPES: readonly Scope[] = [
  scope('rights', '3 pieces, 2 Regions that draw 1, sell 2, give back and put back', () =>
    rightsWorld({ ...RIGHTS, sales: 2, givesBack: true, releases: true }),
  ),
  scope('rights-closing', 'A is fenced, cut off, destroyed, closed, and its pieces are reclaimed', () =>
    rightsWorld({ ...RIGHTS, sales: 2, draws: [2], releases: true, closing: true }),
  ),
  scope('rights-loss', 'a piece turns out to be missing while 2 Regions draw, sell and give back', () =>
    rightsWorld({ ...RIGHTS, givesBack: true, loss: true }),
  ),
  scope(
    'order-claims',
    '2 Regions claim an order that nobody pays for; it is cancelled, or its deadline passes',
    () => orderWorld({ a: ['name', 'sweep'], b: ['name', 'cancel'], losesTable: false }),
  ),
  scope('order-capture', '1 Region, one payment: the capture is slow, or has no answer', () =>
    orderWorld({ a: ['name', 'pay_1', 'captured', 'sweep'], b: [], losesTable: false }),
  ),
  scope('order', '2 Regions claim an order; payment, cancellation, capture, deadlines', () =>
    orderWorld({ a: ['name', 'pay_1', 'captured', 'sweep'], b: ['name', 'cancel'], losesTable: false }),
  ),
  scope('order-shipping', 'a paid order: one piece is claimed for shipping while the rest is cancelled', () =>
    orderWorld({
      a: ['name', 'pay_1', 'captured', 'ship_one', 'sweep'],
      b: ['cancel_two'],
      losesTable: false,
    }),
  ),
  scope('order-declined', '2 Regions claim an order; the capture is declined, or comes too late', () =>
    orderWorld({ a: ['name', 'pay_1', 'captured', 'sweep'], b: ['name', 'declined'], losesTable: false }),
  ),
  scope('order-table-lost', 'the table of agreements is lost, and made again from decided events', () =>
    orderWorld({ a: ['name', 'sweep'], b: ['name', 'cancel'], losesTable: true }),
  ),
  scope('effect', '1 effect, 2 Regions, a lease that runs out; the provider can be asked', () =>
    effectWorld({ provider: ASKABLE, claims: 1, passesMs: [85_000, 125_001], passes: 3, withdraws: false }),
  ),
  scope('effect-withdrawn', 'the permission is withdrawn while owners change', () =>
    effectWorld({ provider: ASKABLE, claims: 2, passesMs: [31_000, 125_001], passes: 2, withdraws: true }),
  ),
  scope(
    'effect-keys',
    'a provider that recognises keys and can be asked; owners are fenced, and it is withdrawn',
    () => effectWorld({ provider: PERFECT, claims: 2, passesMs: [31_000], passes: 1, withdraws: true }),
  ),
  scope('effect-person', 'a provider that neither recognises keys nor can be asked', () =>
    effectWorld({ provider: MUTE, claims: 2, passesMs: [125_001], passes: 3, withdraws: false }),
  ),
  scope(
    'watermarks',
    '3 events of A copied to B and C; marks, what is secured; A is destroyed and closed',
    () => watermarkWorld({ events: 3, forks: false }),
  ),
  scope('watermarks-fork', '2 events, and a third one under a number that was used', () =>
    watermarkWorld({ events: 2, forks: true }),
  ),
  scope('closing', 'a deposit that two Regions accepted is named while its origin is closed', () =>
    closingWorld(['b', 'c']),
  ),
  scope('failover-drivers', 'a failover whose driver is replaced or destroyed', () =>
    failoverWorld({ passesMs: [LEASE_OVER_MS], hasB: true, drives: 2, proposals: 1 }),
  ),
  scope('failover-approvals', 'two persons, three channels, two proposals, approvals that run out', () =>
    failoverWorld({ passesMs: [APPROVALS_OVER_MS], hasB: false, drives: 1, proposals: 2 }),
  ),
  scope('cart', '2 Regions: two adds, one of them sent to both, a removal, a checkout; A is destroyed', () =>
    cartWorld({
      regions: 2,
      commands: [
        { kind: 'add', quantity: 1, to: ['a', 'b'] },
        { kind: 'add', quantity: 2, to: ['b'] },
        { kind: 'remove', quantity: 0, to: ['a'] },
        { kind: 'checkout', quantity: 0, to: ['b'] },
      ],
      destroys: true,
    }),
  ),
  scope('cart-three', '3 Regions: an add, two sets, a removal', () =>
    cartWorld({
      regions: 3,
      commands: [
        { kind: 'add', quantity: 1, to: ['a'] },
        { kind: 'set', quantity: 5, to: ['b'] },
        { kind: 'set', quantity: 7, to: ['c'] },
        { kind: 'remove', quantity: 0, to: ['a'] },
      ],
      destroys: false,
    }),
  ),
  scope(
    'checkout',
    'a checkout at A, sent again to B: real events, folds, agreement, deadline, pieces back',
    () => checkoutWorld({ writers: ['b'] }),
  ),
  scope(
    'email',
    '2 accounts want one address; its owner gives it up; both Regions write what is decided',
    () => emailWorld({ frees: true, writers: ['a', 'b'] }),
  ),
  scope('purchase', '2 orders with the same lines, minutes apart, settled in 2 Regions', purchaseWorld),
];
