import { readFile } from 'node:fs/promises';
import { describe, expect, it } from 'vitest';
import { ACCOUNT_TABLE } from '../../../../lambdas/regions/account/account-table.ts';
import { accountFactSchema } from '../../../../lambdas/regions/account/account-events.ts';
import { CART_TABLE } from '../../../../lambdas/regions/cart/cart-table.ts';
import { cartFactSchema } from '../../../../lambdas/regions/cart/cart-events.ts';
import type { TableRow } from '../../../../lambdas/regions/folds/table.ts';
import { tableMarkdown } from '../../../../lambdas/regions/folds/table.ts';
import { ORDER_TABLE, orderEffectOf } from '../../../../lambdas/regions/order/order-table.ts';
import { orderFactSchema } from '../../../../lambdas/regions/order/order-events.ts';
import { STOCK_TABLE } from '../../../../lambdas/regions/stock/stock-table.ts';
import { stockFactSchema } from '../../../../lambdas/regions/stock/stock-events.ts';
import { FOLD_TABLES_PAGE, renderFoldTables } from '../../../../tools/generate/fold-tables.ts';

const TABLES: readonly {
  readonly name: string;
  readonly table: readonly TableRow[];
  readonly types: readonly string[];
  /** Types without rows of their own: closings of an epoch, and decisions that other rows use as a state. */
  readonly elsewhere: readonly string[];
}[] = [
  {
    name: 'cart',
    table: CART_TABLE,
    types: cartFactSchema.def.options.map(({ shape }) => shape.type.def.values[0] ?? ''),
    elsewhere: ['cart.merged_away', 'cart.checked_out', 'order.placed'],
  },
  {
    name: 'account',
    table: ACCOUNT_TABLE,
    types: accountFactSchema.def.options.map(({ shape }) => shape.type.def.values[0] ?? ''),
    elsewhere: ['email.decided'],
  },
  {
    name: 'order',
    table: ORDER_TABLE,
    types: orderFactSchema.def.options.map(({ shape }) => shape.type.def.values[0] ?? ''),
    elsewhere: [],
  },
  {
    name: 'stock',
    table: STOCK_TABLE,
    types: stockFactSchema.def.options.map(({ shape }) => shape.type.def.values[0] ?? ''),
    elsewhere: ['deposit.decided'],
  },
];

describe.each(TABLES)('the table of the $name', ({ table, types, elsewhere }) => {
  it('has rows for every type of event that the fold reads', () => {
    const events = new Set(table.map(({ event }) => event));

    expect([...events, ...elsewhere].toSorted()).toEqual([...types].toSorted());
  });

  it('has each event and state once, with a sentence', () => {
    expect(new Set(table.map(({ event, state }) => `${event}/${state}`)).size).toBe(table.length);
    expect(table.filter(({ meaning }) => !/^[A-Z].*\.$/.test(meaning))).toEqual([]);
  });
});

describe('the page of the tables', () => {
  it('equals the tables', async () => {
    expect(await readFile(FOLD_TABLES_PAGE, 'utf8')).toBe(await renderFoldTables());
  });

  it('escapes a bar in a cell', () => {
    expect(tableMarkdown([{ event: 'e', state: 'a|b', effect: 'x', meaning: 'M.' }])).toContain(
      String.raw`a\|b`,
    );
  });
});

describe('a state that is not in the order’s table', () => {
  it('throws at once', () => {
    expect(() => orderEffectOf('order.held', 'nonsense')).toThrow('no row order.held × nonsense');
  });
});
