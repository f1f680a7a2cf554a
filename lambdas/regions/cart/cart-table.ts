/** What each event does to a line of a cart, by what has happened to it since. */
import type { TableRow } from '../folds/table.ts';

/**
 * What later events did to a write of a line. Only what their writers had seen counts; a later clock alone does nothing.
 * `open`: nothing. `replaced`: a set or a removal saw it. `bought`: an event that closed an epoch saw it. `late`: a set
 * that nobody saw, and that changes a line which was bought meanwhile.
 */
export type LineState = 'open' | 'replaced' | 'bought' | 'late';

/** What a write does to its line. */
export type LineEffect = 'add' | 'propose' | 'raise' | 'clear' | 'none' | 'report';

/** Events that write lines. */
export type LineEvent = 'cart.item_added' | 'cart.item_set' | 'cart.merged' | 'cart.item_removed';

interface CartRow extends TableRow<LineEffect> {
  readonly event: LineEvent;
  readonly state: LineState;
}

const row = (event: LineEvent, state: LineState, effect: LineEffect, meaning: string): CartRow => ({
  event,
  state,
  effect,
  meaning,
});

const REPLACED = 'What replaced it had seen it.';
const BOUGHT = 'It belongs to the closed epoch and never comes back.';

/** The rules of a line. Each event has a row for each state that it can be in. */
export const CART_TABLE: readonly CartRow[] = [
  row(
    'cart.item_added',
    'open',
    'add',
    'Its pieces are added. Concurrent adds sum. If no checkout saw it, it is in the next epoch.',
  ),
  row('cart.item_added', 'replaced', 'none', REPLACED),
  row('cart.item_added', 'bought', 'none', BOUGHT),
  row(
    'cart.item_set',
    'open',
    'propose',
    'Of concurrent sets the largest in the total order counts; adds unseen by it are added.',
  ),
  row('cart.item_set', 'replaced', 'none', REPLACED),
  row('cart.item_set', 'bought', 'none', BOUGHT),
  row(
    'cart.item_set',
    'late',
    'report',
    'It changed a line that was bought meanwhile: it buys nothing again, and is listed as late. What it saw is replaced.',
  ),
  row(
    'cart.merged',
    'open',
    'raise',
    'The line has at least so many pieces, and the adds that the merge had not seen. If no checkout saw it, it is in the next epoch.',
  ),
  row('cart.merged', 'replaced', 'none', REPLACED),
  row('cart.merged', 'bought', 'none', BOUGHT),
  row(
    'cart.item_removed',
    'open',
    'clear',
    'What it saw is replaced. Adds that it had not seen survive, and a bought line is changed by cancelling in the order.',
  ),
  row('cart.item_removed', 'replaced', 'clear', 'A removal is never undone: what it saw stays removed.'),
  row('cart.item_removed', 'bought', 'clear', 'What it saw is closed with it.'),
];

/** Event → state → effect: a look-up without building a key, since it happens for each write of a cart. */
const EFFECTS = new Map(
  [...Map.groupBy(CART_TABLE, ({ event }) => event)].map(([event, rows]) => [
    event,
    new Map(rows.map(({ state, effect }) => [state, effect])),
  ]),
);

/** The table's cell. */
export const lineEffectOf = (event: LineEvent, state: LineState): LineEffect =>
  EFFECTS.get(event)?.get(state) ?? 'none';
