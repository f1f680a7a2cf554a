/**
 * Three pieces, two Regions. Each has a keeper that reads the ledger and its own items, and writes from what it read, whenever that was:
 * so a keeper that crashed between the two sides of a draw, one that writes twice, and one that is late are among the steps.
 *
 * `closing`: A is fenced, cut off, destroyed, closed, and two persons reclaim what it had; they approve a bound, and it may be old.
 * `loss`: one piece turns out to be missing while both sell.
 */
import { reclaim, reclaimable } from '../../../../../lambdas/regions/rights/closing.ts';
import { accountOf, heldPieces, type RightsLedger } from '../../../../../lambdas/regions/rights/ledger.ts';
import { emptyHead, markKeyOf } from '../../../../../lambdas/regions/rights/region-item.ts';
import type { Items } from '../../../../unit/regions/item-store.ts';
import { RESOURCE, violationsOf } from '../../../../unit/regions/rights/world.ts';
import type { Step, World } from '../explore.ts';
import { remembered } from '../parts.ts';
import { after } from '../writes.ts';
import {
  closed,
  drawn,
  frozen,
  gaveBack,
  hasRead,
  ledgerFollowed,
  lost,
  type Name,
  ORIGIN,
  paidOwed,
  PIECES,
  readerOf,
  regionFollowed,
  released,
  releasedAt,
  type RightsBudget,
  rightsOf,
  type RightsState,
  sold,
  spentAt,
  startOf,
  withItems,
} from './rights-state.ts';

const { a: A, b: B } = ORIGIN;

/** Writes of a keeper to the ledger, from what it read. */
function* ledgerSteps(state: RightsState, name: Name, { draws }: RightsBudget): Generator<Step<RightsState>> {
  const { ledger, items } = readerOf(state, name);
  if (ledger === undefined || items === undefined) return;
  for (const pieces of draws)
    yield {
      says: `${name} draws ${pieces}`,
      to: { ...state, ledger: drawn(state.ledger, ledger, name, pieces) },
    };
  yield {
    says: `the ledger follows ${name}`,
    to: { ...state, ledger: regionFollowed(state.ledger, ledger, items, name) },
  };
}

/** Writes of a keeper to its own items, from what it read. */
function* ownSteps(state: RightsState, name: Name, budget: RightsBudget): Generator<Step<RightsState>> {
  const { ledger, items, stored } = readerOf(state, name);
  if (ledger === undefined || items === undefined) return;
  const step = (says: string, next: Items): Step<RightsState> => ({ says, to: withItems(state, name, next) });
  yield step(`${name} follows the ledger`, ledgerFollowed(stored, items, ledger, name));
  if (budget.loss) yield step(`${name} pays what it owes`, paidOwed(stored, items, name));
  if (budget.givesBack && rightsOf(stored, name).head.returned === 0)
    yield step(`${name} gives one piece back`, gaveBack(stored, items, name));
}

function* shopSteps(state: RightsState, name: Name, budget: RightsBudget): Generator<Step<RightsState>> {
  const { stored } = readerOf(state, name);
  if (spentAt(stored, name) < budget.sales)
    yield { says: `${name} sells one piece`, to: withItems(state, name, sold(stored, name)) };
  // A second delivery is tried; the order's one piece goes back once.
  if (budget.releases && spentAt(stored, name) > 0 && releasedAt(stored, name) < 2)
    yield { says: `${name} puts a piece back`, to: withItems(state, name, released(stored, name)) };
}

function* regionSteps(state: RightsState, name: Name, budget: RightsBudget): Generator<Step<RightsState>> {
  const life = name === 'a' ? state.lifeOfA : 'up';
  if (life === 'destroyed' || life === 'destroyed_stopped') return;
  if (life === 'up') {
    yield { says: `${name} reads`, to: hasRead(state, name) };
    yield* ledgerSteps(state, name, budget);
  }
  yield* ownSteps(state, name, budget);
  if (life !== 'stopped') yield* shopSteps(state, name, budget);
}

const isGone = ({ lifeOfA }: RightsState): boolean => lifeOfA.startsWith('destroyed');

function* faultSteps(state: RightsState): Generator<Step<RightsState>> {
  const { lifeOfA } = state;
  const isFault = true;
  if (lifeOfA === 'up') yield { says: 'a is cut off', to: { ...state, lifeOfA: 'cut' }, isFault };
  if (lifeOfA === 'cut') {
    yield { says: 'a stops', to: { ...state, lifeOfA: 'stopped' }, isFault };
    yield { says: 'a is destroyed', to: { ...state, lifeOfA: 'destroyed' }, isFault };
  }
  if (lifeOfA === 'stopped')
    yield { says: 'a is destroyed, stopped', to: { ...state, lifeOfA: 'destroyed_stopped' }, isFault };
  if (isGone(state)) return;
  if (state.spendsKnown < spentAt(state.a, 'a'))
    yield { says: 'a sale of a is copied', to: { ...state, spendsKnown: state.spendsKnown + 1 } };
  if (state.releasesKnown < Math.min(releasedAt(state.a, 'a'), state.spendsKnown))
    yield { says: 'a return of a is copied', to: { ...state, releasesKnown: state.releasesKnown + 1 } };
}

const unionOf = ({ a, lifeOfA, spendsKnown, releasesKnown }: RightsState) => ({
  spent: spendsKnown,
  released: releasesKnown,
  isComplete:
    lifeOfA === 'destroyed_stopped' &&
    spendsKnown === spentAt(a, 'a') &&
    releasesKnown === releasedAt(a, 'a'),
});

function* peopleSteps(state: RightsState): Generator<Step<RightsState>> {
  const { ledger, approved, lifeOfA } = state;
  const account = accountOf(ledger, A);
  if (lifeOfA !== 'up') yield { says: 'a is fenced', to: { ...state, ledger: frozen(ledger) } };
  if (account.isFrozen) yield { says: 'a is closed', to: { ...state, ledger: closed(ledger) } };
  const most = reclaimable(account, unionOf(state));
  if (account.isClosed)
    yield { says: 'two persons approve', to: { ...state, approved: Math.min(1, most.oversellBound) } };
  if (approved < 0) return;
  const next = after(
    ledger,
    reclaim(ledger, { origin: A, pieces: 1, union: unionOf(state), acknowledgedBound: approved }),
  );
  if (next === undefined || next === ledger) return;
  const acknowledged = state.acknowledged + approved;
  yield { says: 'one piece is reclaimed', to: { ...state, ledger: next, approved: -1, acknowledged } };
}

const placesWrong = remembered((ledger: RightsLedger, a: Items, b: Items): readonly string[] =>
  violationsOf({
    ledger: () => ledger,
    rights: (origin) => {
      if (origin === A) return rightsOf(a, 'a');
      return origin === B ? rightsOf(b, 'b') : { head: emptyHead(RESOURCE, origin, 1), slots: [] };
    },
    truth: new Map([
      ['opening', PIECES],
      ['loss', hasLoss(b) ? -1 : 0],
    ]),
  }),
);
const hasLoss = (items: Items): boolean => items[markKeyOf(RESOURCE, 'deposit:loss')] !== undefined;

const standing = (items: Items, name: Name): number => spentAt(items, name) - releasedAt(items, name);

function violationsIn(state: RightsState): readonly string[] {
  const { ledger, a, b, acknowledged } = state;
  const promised = standing(a, 'a') + standing(b, 'b');
  if (!hasLoss(b) && promised > PIECES + acknowledged)
    return [`${promised} of ${PIECES} pieces are sold, and ${acknowledged} were acknowledged`];
  if ([releasedAt(a, 'a'), releasedAt(b, 'b')].some((pieces) => pieces > 1))
    return ['an order put its piece back twice'];
  return accountOf(ledger, A).reclaimed > 0 ? [] : placesWrong(ledger, a, b);
}

/** Both sides of every total are equal, and what is closed has nothing left to take back. */
function isSettled(state: RightsState): boolean {
  const sides = (['a', 'b'] as const).every((name) => {
    const account = accountOf(state.ledger, ORIGIN[name]);
    const { head, slots } = rightsOf(name === 'a' ? state.a : state.b, name);
    if (account.isClosed) return heldPieces(account) <= state.spendsKnown - state.releasesKnown;
    const isSame = account.drawn === head.drawn && account.returned === head.returned;
    const isPaid = head.owed === 0 || slots.every(({ available }) => available === 0);
    return isSame && account.assigned === head.assigned && account.writtenOff === head.writtenOff && isPaid;
  });
  return sides && (state.lifeOfA === 'up' || accountOf(state.ledger, A).isClosed);
}

/** The world with what may happen in it. */
export const rightsWorld = (budget: RightsBudget): World<RightsState> => ({
  start: startOf(),
  *steps(state) {
    yield* regionSteps(state, 'a', budget);
    yield* regionSteps(state, 'b', budget);
    if (budget.loss) yield { says: 'a piece is missing', to: { ...state, b: lost(state.b) }, isFault: true };
    if (!budget.closing) return;
    yield* faultSteps(state);
    yield* peopleSteps(state);
  },
  violations: violationsIn,
  isOver: isSettled,
});
