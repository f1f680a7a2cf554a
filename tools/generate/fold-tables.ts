/** Writes `docs/region-folds.md` from the tables of the folds and of the commands. */
import { writeFile } from 'node:fs/promises';
import { ACCOUNT_TABLE } from '../../lambdas/regions/account/account-table.ts';
import { CART_TABLE } from '../../lambdas/regions/cart/cart-table.ts';
import { ACCEPTED, REFUSALS } from '../../lambdas/regions/commands/refusals.ts';
import { tableMarkdown } from '../../lambdas/regions/folds/table.ts';
import { ORDER_TABLE } from '../../lambdas/regions/order/order-table.ts';
import { STOCK_TABLE } from '../../lambdas/regions/stock/stock-table.ts';
import { formatMarkdown } from './markdown.ts';

/** The generated page. */
export const FOLD_TABLES_PAGE = new URL('../../docs/region-folds.md', import.meta.url);

const refusals = (): readonly string[] => [
  '| command | code | field | expected |',
  '| --- | --- | --- | --- |',
  ...REFUSALS.map(
    ({ command, code, field, expected }) => `| ${command} | \`${code}\` | \`${field}\` | ${expected} |`,
  ),
];

const acceptances = (): readonly string[] => [
  '| command | accepted although | what happens |',
  '| --- | --- | --- |',
  ...ACCEPTED.map(({ command, although, outcome }) => `| ${command} | ${although} | ${outcome} |`),
];

const lines = (): readonly string[] => [
  '# What events and commands do to carts, accounts, orders and stock',
  '',
  'Generated from the tables in `lambdas/regions` with `npm run generate`; a test fails when it is stale. The code looks its effects up in the same tables. An event of a type or version that a release does not know is counted, and changes nothing.',
  '',
  '## Cart',
  '',
  'An event that closes an epoch (`cart.checked_out`, `order.placed`, `cart.merged_away`) makes every write that it had seen `bought`.',
  '',
  tableMarkdown(CART_TABLE),
  '',
  '## Account',
  '',
  tableMarkdown(ACCOUNT_TABLE),
  '',
  '## Order',
  '',
  tableMarkdown(ORDER_TABLE),
  '',
  '## Stock and vouchers',
  '',
  tableMarkdown(STOCK_TABLE),
  '',
  '## What commands refuse',
  '',
  'Every command of a client may also answer `command_id` and `invalid`, with the field that is wrong.',
  '',
  ...refusals(),
  '',
  '## What commands accept although it looks wrong',
  '',
  'Another Region may know better, so the command is accepted, and its outcome is visible.',
  '',
  ...acceptances(),
  '',
];

/** The whole page, formatted like the repository. */
export const renderFoldTables = (): Promise<string> => formatMarkdown(lines().join('\n'));

/** Writes the page. */
export const writeFoldTables = async (): Promise<void> =>
  writeFile(FOLD_TABLES_PAGE, await renderFoldTables());
