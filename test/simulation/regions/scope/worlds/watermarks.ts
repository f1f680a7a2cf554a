/**
 * One chain of A, copied to B and C: late, reordered, doubled, or lost on the way and pulled from a Region that holds it. B and C publish
 * marks, and the copies of marks are late too. Each Region computes what is secured from the marks that are there. A is destroyed at any
 * moment; B and C then list what they hold, and A is closed.
 *
 * `fork`: A was rolled back once and wrote another event under a number that it had used.
 */
import {
  closeOrigin,
  type Cut,
  holdsCut,
  isBacked,
} from '../../../../../lambdas/regions/watermarks/closing.ts';
import { missingFrom } from '../../../../../lambdas/regions/watermarks/compare.ts';
import { type ChainHolding, hold, NOTHING_HELD } from '../../../../../lambdas/regions/watermarks/holding.ts';
import { countOf, type Link, START } from '../../../../../lambdas/regions/watermarks/links.ts';
import {
  type ChainMark,
  claimsOf,
  markOf,
  NO_MARK,
  restore,
  sameHistory,
  toReread,
} from '../../../../../lambdas/regions/watermarks/mark.ts';
import { isSecured } from '../../../../../lambdas/regions/watermarks/secured.ts';
import type { Step, World } from '../explore.ts';
import { computedOnce, remembered } from '../parts.ts';

const [A, B, C] = ['eu-central-1.a1', 'eu-west-1.b1', 'us-east-1.c1'];
const CHAIN = `${A}#0.0`;

/** What may happen. */
export interface WatermarkBudget {
  /** Events that A writes. */
  readonly events: number;
  /** The last event has a rival under the same number. */
  readonly forks: boolean;
}

/** Copies of events that a Region has, as a set of bits; the fork is the bit after the last event. */
type Bits = number;

interface WatermarkState {
  /** Events that A has written. */
  readonly atA: Bits;
  readonly atB: Bits;
  readonly atC: Bits;
  /** What B and C made of what they have. */
  readonly heldByB: ChainHolding;
  readonly heldByC: ChainHolding;
  /** Marks as they have arrived: whose, and where. */
  readonly markOfBAtC: ChainMark;
  readonly markOfCAtB: ChainMark;
  /** Whether A is there. */
  readonly isAThere: boolean;
  /** Events that B took for secured while A was there, and acted on. */
  readonly actedOn: Bits;
  /** Lists that were made after the closing began. */
  readonly listOfB: ChainMark | undefined;
  readonly listOfC: ChainMark | undefined;
}

const START_STATE: WatermarkState = {
  atA: 0,
  atB: 0,
  atC: 0,
  heldByB: NOTHING_HELD,
  heldByC: NOTHING_HELD,
  markOfBAtC: NO_MARK,
  markOfCAtB: NO_MARK,
  isAThere: true,
  actedOn: 0,
  listOfB: undefined,
  listOfC: undefined,
};

const hashOf = (seq: number): string => (seq === 0 ? START : `${seq}`.padStart(32, 'a'));

/** Events by bit: 0 is the first of the chain. */
const linkOf = remembered((bit: number, last: number): Link => {
  const seq = Math.min(bit + 1, last);
  return { seq, prev: hashOf(seq - 1), hash: bit < last ? hashOf(seq) : 'b'.repeat(32) };
});

const bitsOf = (bits: Bits): readonly number[] =>
  Array.from({ length: 8 }, (_, bit) => bit).filter((bit) => ((bits >> bit) & 1) === 1);

/** The index of a Region: of two events under one number it shows the first. */
const indexOf =
  (bits: Bits, last: number) =>
  (seq: number): string | undefined =>
    bitsOf(bits)
      .map((bit) => linkOf(bit, last))
      .find((link) => link.seq === seq)?.hash;

const holdingAfter = remembered((holding: ChainHolding, bits: Bits, bit: number, last: number) =>
  hold(holding, [linkOf(bit, last)], indexOf(bits, last)),
);
const markAfter = remembered((holding: ChainHolding, bits: Bits, last: number) =>
  markOf(holding, indexOf(bits, last)),
);

/** The holding after a restart: its published mark, and what the mark does not claim, read again. */
const restarted = remembered((holding: ChainHolding, bits: Bits, last: number): ChainHolding => {
  const mark = markAfter(holding, bits, last);
  const ranges = toReread(mark);
  const links = bitsOf(bits)
    .map((bit) => linkOf(bit, last))
    .filter(({ seq }) => ranges.some(({ from, to }) => from <= seq && seq <= to));
  return restore(mark, links, indexOf(bits, last));
});

/** Whether B takes an event for secured, by what it has and what has arrived. */
const securedAtB = remembered(
  (
    heldByB: ChainHolding,
    atB: Bits,
    markOfC: ChainMark,
    isAThere: boolean,
    seq: number,
    last: number,
  ): boolean =>
    isSecured(
      { origin: A, chainSeq: seq },
      {
        present: new Set(isAThere ? [A, B, C] : [B, C]),
        marks: new Map([
          [B, markAfter(heldByB, atB, last)],
          [C, markOfC],
        ]),
        index: indexOf(atB, last),
        inAgreements: false,
      },
    ),
);

const FIELDS = {
  b: { bits: 'atB', held: 'heldByB', list: 'listOfB', copyOfMark: 'markOfBAtC' },
  c: { bits: 'atC', held: 'heldByC', list: 'listOfC', copyOfMark: 'markOfCAtB' },
} as const;
type Name = keyof typeof FIELDS;
const other = (name: Name): Name => (name === 'b' ? 'c' : 'b');

/** An event arrives: from A while A is there, or from the other survivor that holds it. */
function* copySteps(state: WatermarkState, name: Name, last: number): Generator<Step<WatermarkState>> {
  const field = FIELDS[name];
  const bits = state[field.bits];
  const sources = (state.isAThere ? state.atA : 0) | state[FIELDS[other(name)].bits];
  for (const bit of bitsOf(sources)) {
    const next = bits | (1 << bit);
    const held = holdingAfter(state[field.held], next, bit, last);
    const says =
      next === bits ? `event ${bit + 1} comes to ${name} again` : `event ${bit + 1} comes to ${name}`;
    yield { says, to: { ...state, [field.bits]: next, [field.held]: held } };
  }
}

function* regionSteps(state: WatermarkState, name: Name, last: number): Generator<Step<WatermarkState>> {
  const field = FIELDS[name];
  const [bits, held] = [state[field.bits], state[field.held]];
  yield* copySteps(state, name, last);
  yield { says: `${name} restarts`, to: { ...state, [field.held]: restarted(held, bits, last) } };
  yield {
    says: `the mark of ${name} arrives`,
    to: { ...state, [field.copyOfMark]: markAfter(held, bits, last) },
  };
  if (!state.isAThere && state[field.list] === undefined)
    yield {
      says: `${name} lists what it holds`,
      to: { ...state, [field.list]: markAfter(held, bits, last) },
    };
}

/** B acts on an event that it takes for secured. */
function* actSteps(state: WatermarkState, last: number): Generator<Step<WatermarkState>> {
  if (!state.isAThere) return;
  for (const bit of bitsOf(state.atB & ~state.actedOn)) {
    if (bit >= last) continue;
    if (securedAtB(state.heldByB, state.atB, state.markOfCAtB, true, bit + 1, last))
      yield { says: `b acts on event ${bit + 1}`, to: { ...state, actedOn: state.actedOn | (1 << bit) } };
  }
}

/** Numbers of a set of events, as a set of bits. */
const numbersOf = (bits: Bits, last: number): Bits =>
  bitsOf(bits).reduce((numbers, bit) => numbers | (1 << Math.min(bit, last - 1)), 0);

const claimedBits = (mark: ChainMark): Bits =>
  claimsOf(mark).reduce((bits, { from, to }) => bits | ((1 << to) - (1 << (from - 1))), 0);

const isForked = (bits: Bits, last: number): boolean => ((bits >> (last - 1)) & 3) === 3;

/** Below the number in dispute everything held is claimed, and nothing else. */
const wrongMark = remembered((held: ChainHolding, bits: Bits, last: number): string | undefined => {
  const mark = markAfter(held, bits, last);
  const expected = isForked(bits, last) ? bits & ((1 << (last - 1)) - 1) : numbersOf(bits, last);
  if (claimedBits(mark) !== expected) return `claims ${claimedBits(mark)} of ${bits}`;
  return isForked(bits, last) === (mark.disputedAt === last)
    ? undefined
    : `dispute at ${mark.disputedAt ?? 'no number'}`;
});

const countBits = (bits: Bits): number => bitsOf(bits).length;

/** Equal marks are equal sets; what is missing comes out by number. */
const wrongComparison = remembered((b: ChainHolding, c: ChainHolding, atB: Bits, atC: Bits, last: number) => {
  if (isForked(atB | atC, last)) return undefined;
  const [ours, theirs] = [markAfter(b, atB, last), markAfter(c, atC, last)];
  if (sameHistory(ours, theirs) !== (atB === atC))
    return 'equal marks for unequal sets, or the other way round';
  const missing = countOf(missingFrom(ours, theirs).ranges);
  return missing === countBits(atC & ~atB) ? undefined : `${missing} missing, not ${countBits(atC & ~atB)}`;
});

/** Every event that B takes for secured is really held by two that are there, in the same bytes as at B. */
function wrongSecured(state: WatermarkState, last: number): string | undefined {
  const { heldByB, atB, atC, markOfCAtB, isAThere } = state;
  for (const bit of bitsOf(atB)) {
    const isTaken = securedAtB(heldByB, atB, markOfCAtB, isAThere, Math.min(bit + 1, last), last);
    const holders = (isAThere ? 1 : 0) + 1 + ((atC >> bit) & 1);
    if (isTaken && holders < 2 && !isForked(atB, last))
      return `event ${bit + 1} is taken for secured with ${holders}`;
  }
  return undefined;
}

const cutOf = computedOnce((b: ChainMark, c: ChainMark): Cut | undefined => {
  const listOf = (receiver: string, mark: ChainMark) => ({
    receiver,
    origin: A,
    chains: new Map([[CHAIN, mark]]),
  });
  const closed = closeOrigin(A, undefined, [listOf(B, b), listOf(C, c)]);
  return closed.ok ? closed.value : undefined;
});

/** After A is closed, everything that was acted on is on the list. */
function wrongCut({ listOfB, listOfC, actedOn }: WatermarkState): string | undefined {
  if (listOfB === undefined || listOfC === undefined) return undefined;
  const cut = cutOf(listOfB, listOfC);
  if (cut === undefined) return undefined;
  const lost = bitsOf(actedOn).find((bit) => !isBacked(cut, { chain: CHAIN, chainSeq: bit + 1 }));
  return lost === undefined ? undefined : `event ${lost + 1} was acted on and is not on the list`;
}

function violationsIn(state: WatermarkState, last: number): readonly string[] {
  const { heldByB, heldByC, atB, atC } = state;
  return [
    wrongMark(heldByB, atB, last),
    wrongMark(heldByC, atC, last),
    wrongComparison(heldByB, heldByC, atB, atC, last),
    wrongSecured(state, last),
    wrongCut(state),
  ].filter((text) => text !== undefined);
}

/** Everybody has all that there is; if A is gone, it is closed. A dispute is for a person. */
function isOver(state: WatermarkState, last: number): boolean {
  const { atA, atB, atC, listOfB, listOfC, isAThere } = state;
  if (atB !== atC || (isAThere && atA !== atB)) return false;
  if (isForked(atB, last)) return true;
  if (isAThere) return sameHistory(markAfter(state.heldByB, atB, last), markAfter(state.heldByC, atC, last));
  if (listOfB === undefined || listOfC === undefined) return false;
  const cut = cutOf(listOfB, listOfC);
  const held = { receiver: B, origin: A, chains: new Map([[CHAIN, markAfter(state.heldByB, atB, last)]]) };
  return cut === undefined ? isForked(atB | atC, last) : holdsCut(cut, held);
}

function* originSteps(state: WatermarkState, budget: WatermarkBudget): Generator<Step<WatermarkState>> {
  if (!state.isAThere) return;
  const written = countBits(state.atA);
  if (written < budget.events || (budget.forks && written === budget.events))
    yield { says: `a writes ${written + 1}`, to: { ...state, atA: state.atA | (1 << written) } };
  yield { says: 'a is destroyed', to: { ...state, isAThere: false }, isFault: true };
}

/** The world with what may happen in it. */
export const watermarkWorld = (budget: WatermarkBudget): World<WatermarkState> => ({
  start: START_STATE,
  *steps(state) {
    yield* originSteps(state, budget);
    yield* regionSteps(state, 'b', budget.events);
    yield* regionSteps(state, 'c', budget.events);
    yield* actSteps(state, budget.events);
  },
  violations: (state) => violationsIn(state, budget.events),
  isOver: (state) => isOver(state, budget.events),
});
