/** The lines of a cart's open epoch. */
import { compareEvents, compareText, type EventId } from '../log/event.ts';
import { addSeen, isNothingSeen, nothingSeen, sawOneOf, type Union, unionSaw } from '../folds/context.ts';
import { type Copies, sawCommand } from '../folds/kept.ts';
import type { CartFact } from './cart-events.ts';
import { type LineEffect, type LineEvent, lineEffectOf, type LineState } from './cart-table.ts';

/** One product in the cart. */
export interface CartLine {
  readonly sku: string;
  /** Pieces, from 1. */
  readonly quantity: number;
  /** Concurrent sets that do not count, since another is larger in the total order. */
  readonly outvoted: readonly EventId[];
}

/** A set that changed a bought line too late. */
export interface LateChange {
  readonly sku: string;
  readonly quantity: number;
  readonly id: EventId;
}

/** A write of one line. A merge is one write for each of its products. */
interface Write {
  readonly event: LineEvent;
  readonly sku: string;
  readonly quantity: number;
  readonly copies: Copies<CartFact>;
}

/** Writes of a command, one for each product; none for commands that write no line. */
function eachWrite(copies: Copies<CartFact>, take: (write: Write) => void): void {
  const { fact } = copies[0];
  switch (fact.type) {
    case 'cart.item_added':
    case 'cart.item_set':
      return take({ event: fact.type, sku: fact.payload.sku, quantity: fact.payload.quantity, copies });
    case 'cart.item_removed':
      return take({ event: fact.type, sku: fact.payload.sku, quantity: 0, copies });
    case 'cart.merged':
      for (const { sku, quantity } of fact.payload.lines) take({ event: fact.type, sku, quantity, copies });
      return;
    case 'cart.merged_away':
    case 'cart.checked_out':
    case 'order.placed':
  }
}

/** Writes by product. Loops, since a cart with 10^5 writes is folded in one go after a long cut. */
function writesBySku(commands: readonly Copies<CartFact>[]): Map<string, Write[]> {
  const bySku = new Map<string, Write[]>();
  for (const copies of commands)
    eachWrite(copies, (write) => {
      const writes = bySku.get(write.sku);
      if (writes === undefined) bySku.set(write.sku, [write]);
      else writes.push(write);
    });
  return bySku;
}

/** Whether a set was written on a line that is bought meanwhile. */
const isLate = (write: Write, bought: readonly Copies[]): boolean =>
  write.event === 'cart.item_set' && bought.length > 0 && sawOneOf(write.copies[0].seen, bought);

/** What sets and removals had seen. A late set replaces too: what its writer took away must not return because another part was bought. */
function replacedBy(writes: readonly Write[]): Union {
  const union = nothingSeen();
  for (const { event, copies } of writes)
    if (event === 'cart.item_removed' || event === 'cart.item_set') addSeen(union, copies[0].seen);
  return union;
}

/** Puts a state to each write of one line. */
function statesOf(writes: readonly Write[], closed: Union): (write: Write) => LineState {
  const bought = isNothingSeen(closed)
    ? []
    : writes.filter(({ copies }) => unionSaw(closed, copies)).map(({ copies }) => copies);
  const boughtOnes = new Set(bought);
  const replaced = replacedBy(writes);
  return (write) => {
    if (boughtOnes.has(write.copies)) return 'bought';
    if (unionSaw(replaced, write.copies)) return 'replaced';
    return isLate(write, bought) ? 'late' : 'open';
  };
}

interface LineParts {
  readonly adds: readonly Write[];
  /** In the total order. */
  readonly proposals: readonly Write[];
  readonly merges: readonly Write[];
  readonly late: readonly Write[];
}

function partsOf(writes: readonly Write[], closed: Union): LineParts {
  const stateOf = statesOf(writes, closed);
  const by: Record<LineEffect, Write[]> = {
    add: [],
    propose: [],
    raise: [],
    report: [],
    clear: [],
    none: [],
  };
  for (const write of writes) by[lineEffectOf(write.event, stateOf(write))].push(write);
  by.propose.sort((a, b) => compareEvents(a.copies[0], b.copies[0]));
  return { adds: by.add, proposals: by.propose, merges: by.raise, late: by.report };
}

const piecesOf = (writes: readonly Write[]): number =>
  writes.reduce((sum, { quantity }) => sum + quantity, 0);

/** Pieces that a merge asks for: its own, and the adds that its writer had not seen. */
const raisedTo = ({ quantity, copies }: Write, adds: readonly Write[]): number =>
  quantity + piecesOf(adds.filter((add) => !sawCommand(copies[0].seen, add.copies)));

function lineOf(sku: string, { adds, proposals, merges }: LineParts): CartLine {
  const asked = (proposals.at(-1)?.quantity ?? 0) + piecesOf(adds);
  const quantity = merges.reduce((most, merge) => Math.max(most, raisedTo(merge, adds)), asked);
  return { sku, quantity, outvoted: proposals.slice(0, -1).map(({ copies }) => copies[0].id) };
}

const lateOf = ({ sku, quantity, copies }: Write): LateChange => ({ sku, quantity, id: copies[0].id });
const byId = (a: LateChange, b: LateChange): number => compareText(a.id, b.id);

/** The lines of the open epoch, by product, and the sets that came too late. */
export function cartLines(
  commands: readonly Copies<CartFact>[],
  closed: Union,
): { readonly lines: readonly CartLine[]; readonly late: readonly LateChange[] } {
  const parts = [...writesBySku(commands)]
    .toSorted(([a], [b]) => compareText(a, b))
    .map(([sku, writes]) => [sku, partsOf(writes, closed)] as const);
  return {
    lines: parts.map(([sku, line]) => lineOf(sku, line)).filter(({ quantity }) => quantity > 0),
    late: parts.flatMap(([, { late }]) => late.map(lateOf)).toSorted(byId),
  };
}
