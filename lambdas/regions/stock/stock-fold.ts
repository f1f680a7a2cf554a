/**
 * The fold of a resource: it computes the deposits and losses that count.
 *
 * Invariant: a deposit counts only as the copy that its agreement names. A command that two Regions accepted adds its pieces once.
 */
import { compareText, type EventId, type LogEvent, type Origin } from '../log/event.ts';
import { depositKeyOf } from '../agreements/deposit.ts';
import { type Common, commonOf } from '../folds/common.ts';
import {
  absorbAll,
  commandsOf,
  type Copies,
  type Copy,
  type FoldRules,
  type Kept,
  nothingKept,
} from '../folds/kept.ts';
import { type Closings, NO_CLOSINGS } from '../folds/closings.ts';
import { isUnbacked } from '../order/unbacked.ts';
import { type StockFact, type StockFactOf, stockFactSchema } from './stock-events.ts';
import { type DepositEffect, depositEffectOf, type DepositState } from './stock-table.ts';

/** Totals in pieces. */
export interface Counted {
  readonly in: number;
  readonly out: number;
}

/** One copy of a deposit or of a loss. */
export interface Deposit {
  readonly id: EventId;
  readonly origin: Origin;
  readonly commandId: string;
  readonly direction: 'in' | 'out';
  readonly pieces: number;
  readonly reason: string;
  readonly standing: DepositEffect;
}

/** State of a resource, computed from its events. */
export interface StockState extends Common {
  /** Totals of the named deposits, returns of closed origins included. */
  readonly counted: Counted;
  /** The same totals by origin: each origin counts them in its rights. */
  readonly countedBy: Readonly<Record<Origin, Counted>>;
  /** By id. */
  readonly deposits: readonly Deposit[];
}

/** Events that a resource reads: its own, and the decisions about its deposits. */
export const STOCK_RULES: FoldRules<StockFact> = { kind: 'stock', foldVersion: 1, schema: stockFactSchema };

type Decision = StockFactOf<'deposit.decided'>['payload'];
type DepositFact = StockFactOf<'stock.received'> | StockFactOf<'stock.missing'>;

const decisionsIn = (commands: readonly Copies<StockFact>[]): readonly Decision[] =>
  commands.flatMap(([{ fact }]) => (fact.type === 'deposit.decided' ? [fact.payload] : []));

/** The decision about each agreement. A deposit is named once; if a rebuilt table names it again, the later generation counts. */
const latestByKey = (decisions: readonly Decision[]): ReadonlyMap<string, Decision> =>
  new Map(
    decisions
      .toSorted((a, b) => a.generation - b.generation || a.number - b.number)
      .map((decision) => [decision.key, decision]),
  );

const totalOf = (decisions: readonly Decision[], resource: string): Counted => {
  const sum = (direction: 'in' | 'out'): number =>
    decisions
      .filter(({ decision }) => decision.direction === direction)
      .reduce((total, { decision }) => total + (decision.pieces[resource] ?? 0), 0);
  return { in: sum('in'), out: sum('out') };
};

const stateOfDeposit = (copy: Copy, decided: Decision | undefined, closings: Closings): DepositState => {
  if (decided?.decision.eventId === copy.id) return 'named';
  if (isUnbacked(copy, closings)) return 'beyond_closing';
  return decided === undefined ? 'undecided' : 'passed_over';
};

const isDeposit = (copy: Copy<StockFact>): copy is Copy<DepositFact> => copy.fact.type !== 'deposit.decided';

const depositOf = (
  copy: Copy<DepositFact>,
  decided: ReadonlyMap<string, Decision>,
  closings: Closings,
): Deposit => {
  const { id, origin, commandId, fact } = copy;
  const state = stateOfDeposit(copy, decided.get(depositKeyOf(commandId)), closings);
  const direction = fact.type === 'stock.received' ? 'in' : 'out';
  return { id, origin, commandId, direction, ...fact.payload, standing: depositEffectOf(fact.type, state) };
};

const isJudged = (type: string): boolean => type === 'stock.received' || type === 'stock.missing';

/**
 * Computes the state from the stored events.
 * @param resource - e.g. `sku#4711`
 */
export function stockState(
  resource: string,
  kept: Kept<StockFact>,
  closings: Closings = NO_CLOSINGS,
): StockState {
  const commands = commandsOf(kept);
  const decided = latestByKey(decisionsIn(commands));
  const decisions = [...decided.values()];
  const byOrigin = Map.groupBy(decisions, ({ decision }) => decision.origin);
  const deposits = commands.flat().filter(isDeposit);
  return {
    ...commonOf(kept, isJudged),
    counted: totalOf(decisions, resource),
    countedBy: Object.fromEntries(
      [...byOrigin]
        .toSorted(([a], [b]) => compareText(a, b))
        .map(([origin, own]) => [origin, totalOf(own, resource)]),
    ),
    deposits: deposits
      .map((copy) => depositOf(copy, decided, closings))
      .toSorted((a, b) => compareText(a.id, b.id)),
  };
}

/** The state of a resource that has these events, in any order, any number of times. */
export const foldStock = (resource: string, events: Iterable<LogEvent>, closings?: Closings): StockState =>
  stockState(resource, absorbAll(STOCK_RULES, nothingKept<StockFact>(), events), closings);
