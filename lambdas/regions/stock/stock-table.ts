/** The effect of an event of a resource, depending on the decision of the agreement about its command. */
import type { TableRow } from '../folds/table.ts';

/** State of a copy of a deposit. */
export type DepositState = 'undecided' | 'named' | 'passed_over' | 'beyond_closing';

/** Effect of a copy of a deposit. */
export type DepositEffect = 'candidate' | 'count' | 'void' | 'unbacked';

/** Events that add pieces, or report them missing. */
export type DepositEvent = 'stock.received' | 'stock.missing';

interface StockRow extends TableRow<DepositEffect> {
  readonly event: DepositEvent;
  readonly state: DepositState;
}

const rowsOf = (event: DepositEvent): readonly StockRow[] => [
  {
    event,
    state: 'undecided',
    effect: 'candidate',
    meaning: 'It may be named. Nothing is sold or taken away because of it.',
  },
  { event, state: 'named', effect: 'count', meaning: 'Its origin counts it in its rights, once.' },
  { event, state: 'passed_over', effect: 'void', meaning: 'Another copy of the command is named.' },
  {
    event,
    state: 'beyond_closing',
    effect: 'unbacked',
    meaning: 'It came after its origin was closed, and is never named; a person looks at the shelf.',
  },
];

/** The rules of a resource. */
export const STOCK_TABLE: readonly StockRow[] = [...rowsOf('stock.received'), ...rowsOf('stock.missing')];

const EFFECTS = new Map(STOCK_TABLE.map(({ event, state, effect }) => [`${event}/${state}`, effect]));

/** The table's cell. */
export const depositEffectOf = (event: DepositEvent, state: DepositState): DepositEffect =>
  EFFECTS.get(`${event}/${state}`) ?? 'candidate';
