/**
 * `received 1` is accepted at A, its answer is lost, and it is accepted at B too. B and C name one of both in `deposit#`: each reads the
 * event first, the closing of its origin next, and writes then. A is destroyed at any moment; what it had sent arrives late, or never. B
 * and C close A: each reads `closing`, looks at what it holds, and lists it.
 *
 * The piece is counted once, and an event of A that is named is on the list.
 */
import {
  beginClosing,
  type CloseContext,
  type CloseItem,
  closingOf,
  finishClosing,
  listHoldings,
} from '../../../../../lambdas/regions/agreements/close.ts';
import { type DepositItem, nameDeposit } from '../../../../../lambdas/regions/agreements/deposit.ts';
import { countDeposit } from '../../../../../lambdas/regions/rights/region-steps.ts';
import { emptyHead, type RightsHead } from '../../../../../lambdas/regions/rights/region-item.ts';
import { closeOrigin } from '../../../../../lambdas/regions/watermarks/closing.ts';
import { NO_MARK, type Watermark } from '../../../../../lambdas/regions/watermarks/mark.ts';
import { type Items, written } from '../../../../unit/regions/item-store.ts';
import { isHead } from '../../../../unit/regions/rights/world.ts';
import type { Step, World } from '../explore.ts';
import { remembered } from '../parts.ts';
import { after } from '../writes.ts';

const ORIGINS = { a: 'eu-central-1.a1', b: 'eu-west-1.b1', c: 'us-east-1.c1' } as const;
const RESOURCE = 'sku#1';
const EVENT_OF_A = { origin: ORIGINS.a, chain: `${ORIGINS.a}#0.0`, chainSeq: 1 };
type Namer = 'b' | 'c';

/** A naming under way: what was read, in this order. */
interface Naming {
  readonly item: DepositItem | undefined;
  readonly copy: 'a' | 'b';
  readonly isSecured: boolean;
  /** Absent until the closing was read. */
  readonly closing?: 'none' | 'closing' | 'listed' | 'unlisted';
}

interface ClosingState {
  /** Regions that have A's event, as a text of their letters; likewise B's. */
  readonly copiesOfA: string;
  readonly copiesOfB: string;
  readonly isAThere: boolean;
  readonly deposit: DepositItem | undefined;
  readonly namingByB: Naming | undefined;
  readonly namingByC: Naming | undefined;
  readonly close: CloseItem | undefined;
  /** What a survivor saw of A's log after it had read `closing`: whether the event was there. */
  readonly lookOfB: boolean | undefined;
  readonly lookOfC: boolean | undefined;
  /** Tables of A and B. */
  readonly itemsOfA: Items;
  readonly itemsOfB: Items;
}

const START: ClosingState = {
  copiesOfA: '',
  copiesOfB: '',
  isAThere: true,
  deposit: undefined,
  namingByB: undefined,
  namingByC: undefined,
  close: undefined,
  lookOfB: undefined,
  lookOfC: undefined,
  itemsOfA: {},
  itemsOfB: {},
};

const plus = (copies: string, region: string): string =>
  ['a', 'b', 'c'].filter((one) => one === region || copies.includes(one)).join('');

function* copySteps(state: ClosingState): Generator<Step<ClosingState>> {
  const { copiesOfA, copiesOfB, isAThere } = state;
  if (isAThere && copiesOfA === '') yield { says: 'a accepts', to: { ...state, copiesOfA: 'a' } };
  if (copiesOfB === '') yield { says: 'b accepts', to: { ...state, copiesOfB: 'b' }, isFault: true };
  // What A had sent arrives late, also when A is destroyed: nobody can count on it, unless a survivor has it.
  const isFault = !isAThere && copiesOfA === 'a';
  for (const region of ['b', 'c'])
    if (copiesOfA !== '' && !copiesOfA.includes(region))
      yield {
        says: `a's event comes to ${region}`,
        to: { ...state, copiesOfA: plus(copiesOfA, region) },
        isFault,
      };
  for (const region of isAThere ? ['a', 'c'] : ['c'])
    if (copiesOfB !== '' && !copiesOfB.includes(region))
      yield { says: `b's event comes to ${region}`, to: { ...state, copiesOfB: plus(copiesOfB, region) } };
  if (isAThere) yield { says: 'a is destroyed', to: { ...state, isAThere: false }, isFault: true };
}

/** Two that are there hold it. */
const isSecured = (copies: string, isAThere: boolean): boolean =>
  ['a', 'b', 'c'].filter((region) => copies.includes(region) && (region !== 'a' || isAThere)).length >= 2;

const isListed = ({ close }: ClosingState): boolean =>
  Object.values(close?.state.lists ?? {}).some((list) => list === true);

const NAMING = { b: 'namingByB', c: 'namingByC' } as const;

const named = remembered((deposit: DepositItem | undefined, naming: Naming, by: Namer) =>
  after(
    deposit,
    nameDeposit(
      'received',
      naming.item,
      {
        eventId: `${ORIGINS[naming.copy]}#1`,
        origin: ORIGINS[naming.copy],
        direction: 'in',
        pieces: { [RESOURCE]: 1 },
        isSecured: naming.isSecured,
        closing: naming.closing ?? 'none',
      },
      { attemptId: `name-${by}`, generation: 1 },
    ),
  ),
);

function* namingSteps(state: ClosingState, by: Namer): Generator<Step<ClosingState>> {
  const field = NAMING[by];
  const naming = state[field];
  for (const copy of ['a', 'b'] as const) {
    const copies = copy === 'a' ? state.copiesOfA : state.copiesOfB;
    if (!copies.includes(by)) continue;
    const read: Naming = { item: state.deposit, copy, isSecured: isSecured(copies, state.isAThere) };
    yield { says: `${by} reads ${copy}'s event`, to: { ...state, [field]: read } };
  }
  if (naming === undefined) return;
  const closing = naming.copy === 'a' ? closingOf(state.close, EVENT_OF_A) : 'none';
  if (naming.closing === undefined)
    yield { says: `${by} reads the closing`, to: { ...state, [field]: { ...naming, closing } } };
  else
    yield {
      says: `${by} names ${naming.copy}'s`,
      to: { ...state, deposit: named(state.deposit, naming, by), [field]: undefined },
    };
}

const contextOf = (read: CloseItem | undefined, attemptId: string): CloseContext => ({
  origin: ORIGINS.a,
  read,
  attempt: { attemptId, generation: 1 },
});
const begun = remembered((close: CloseItem | undefined, isAThere: boolean) =>
  after(close, beginClosing(contextOf(close, 'begin'), [ORIGINS.b, ORIGINS.c], !isAThere)),
);
const listed = remembered((close: CloseItem, by: Namer, look: boolean) =>
  after(close, listHoldings(contextOf(close, `list-${by}`), ORIGINS[by], look)),
);
/** The list of a survivor as a watermark. */
const listOf = (receiver: string, list: unknown): Watermark => {
  const mark = list === true ? { ...NO_MARK, frontier: 1, hash: 'a'.repeat(32) } : NO_MARK;
  return { receiver, origin: ORIGINS.a, chains: new Map([[EVENT_OF_A.chain, mark]]) };
};

const finished = remembered((close: CloseItem) => {
  const lists = Object.entries(close.state.lists).map(([receiver, list]) => listOf(receiver, list));
  const cut = closeOrigin(ORIGINS.a, undefined, lists);
  return cut.ok ? after(close, finishClosing(contextOf(close, 'finish'), cut.value)) : close;
});

function* closeSteps(state: ClosingState): Generator<Step<ClosingState>> {
  const { close, copiesOfA, isAThere } = state;
  yield { says: 'the closing begins', to: { ...state, close: begun(close, isAThere) } };
  if (close === undefined) return;
  for (const by of ['b', 'c'] as const) {
    const field = by === 'b' ? 'lookOfB' : 'lookOfC';
    const look = state[field];
    if (look === undefined)
      yield { says: `${by} looks at its log`, to: { ...state, [field]: copiesOfA.includes(by) } };
    else if (close.state.lists[ORIGINS[by]] === undefined)
      yield { says: `${by} lists`, to: { ...state, close: listed(close, by, look) } };
  }
  yield { says: 'a is closed', to: { ...state, close: finished(close) } };
}

const headOf = (items: Items, origin: string): RightsHead =>
  Object.values<unknown>(items).find((item) => isHead(item)) ?? emptyHead(RESOURCE, origin, 1);

const counted = remembered((items: Items, deposit: DepositItem, by: 'a' | 'b'): Items => {
  const own = `${ORIGINS[by]}#1`;
  const { eventId } = deposit.state;
  const counting = { commandId: 'received', namedEventId: eventId, ownEventId: own };
  const step = countDeposit(headOf(items, ORIGINS[by]), { ...counting, pieces: 1, direction: 'in' });
  return step.ok ? (written(items, step.value) ?? items) : items;
});

function* countSteps(state: ClosingState): Generator<Step<ClosingState>> {
  const { deposit, itemsOfA, itemsOfB, isAThere } = state;
  if (deposit === undefined) return;
  if (isAThere) yield { says: 'a counts', to: { ...state, itemsOfA: counted(itemsOfA, deposit, 'a') } };
  yield { says: 'b counts', to: { ...state, itemsOfB: counted(itemsOfB, deposit, 'b') } };
}

const countedPieces = ({ itemsOfA, itemsOfB }: ClosingState): number =>
  headOf(itemsOfA, ORIGINS.a).deposited + headOf(itemsOfB, ORIGINS.b).deposited;

const isNamedOfA = ({ deposit }: ClosingState): boolean => deposit?.state.origin === ORIGINS.a;
const isClosed = ({ close }: ClosingState): boolean => close?.state.phase === 'closed';

function violationsIn(state: ClosingState): readonly string[] {
  return [
    ...(countedPieces(state) > 1 ? ['one piece is counted twice'] : []),
    ...(isNamedOfA(state) && isClosed(state) && !isListed(state)
      ? ['an event is named that nobody listed']
      : []),
  ];
}

/** Named and counted by a Region that is there, or by nobody because A is closed; or nothing that could be named is left. */
function isOver(state: ClosingState): boolean {
  const { deposit, isAThere, copiesOfA, copiesOfB } = state;
  if (!isAThere && !isClosed(state)) return false;
  if (deposit !== undefined) return countedPieces(state) === 1 || (isNamedOfA(state) && !isAThere);
  return copiesOfB === '' && (copiesOfA === '' || !isAThere) && !(isClosed(state) && isListed(state));
}

/** The world. @param namers - Regions that settle deposits */
export const closingWorld = (namers: readonly Namer[]): World<ClosingState> => ({
  start: START,
  *steps(state) {
    yield* copySteps(state);
    for (const by of namers) yield* namingSteps(state, by);
    yield* closeSteps(state);
    yield* countSteps(state);
  },
  violations: violationsIn,
  isOver,
});
