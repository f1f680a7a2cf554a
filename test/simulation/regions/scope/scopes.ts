/** The small worlds that are searched, each in plain words. */
import { explore, type Search, type World } from './explore.ts';
import { effectWorld } from './worlds/effect.ts';
import { orderWorld } from './worlds/order.ts';
import { rightsWorld } from './worlds/rights.ts';

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
const MUTE = { recognisesKeys: false, canBeAsked: false };

/** Every scope. */
export const SCOPES: readonly Scope[] = [
  scope('rights', '3 pieces, 2 Regions that draw 1 or 2, sell 2, give back and put back', () =>
    rightsWorld({ ...RIGHTS, sales: 2, draws: [1, 2], givesBack: true, releases: true }),
  ),
  scope('rights-closing', 'A is fenced, cut off, destroyed, closed, and its pieces are reclaimed', () =>
    rightsWorld({ ...RIGHTS, sales: 2, draws: [1, 2], releases: true, closing: true }),
  ),
  scope('rights-loss', 'a piece turns out to be missing while 2 Regions draw, sell and give back', () =>
    rightsWorld({ ...RIGHTS, draws: [1, 2], givesBack: true, loss: true }),
  ),
  scope('order', '2 Regions claim an order; payment, cancellation, capture, deadlines', () =>
    orderWorld({ a: ['name', 'pay_1', 'captured', 'sweep'], b: ['name', 'cancel'], losesTable: false }),
  ),
  scope('order-shipping', 'a paid order: one piece is claimed for shipping while the rest is cancelled', () =>
    orderWorld({ a: ['name', 'pay_1', 'captured', 'ship_one', 'sweep'], b: ['cancel'], losesTable: false }),
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
  scope('effect-person', 'a provider that neither recognises keys nor can be asked', () =>
    effectWorld({ provider: MUTE, claims: 2, passesMs: [125_001], passes: 3, withdraws: false }),
  ),
];
