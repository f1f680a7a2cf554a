/** `npm run generate`: writes every file that is derived from another one. Tests fail when one of them is stale. */
import { writeCostPage } from '../bench/cost/page.ts';
import { writeEnginesPage } from '../test/contract/stores/engines-page.ts';
import { writeCurrencies } from './generate/currencies.ts';
import { writeFoldTables } from './generate/fold-tables.ts';
import { formatMarkdown } from './generate/markdown.ts';
import { writeOpenApi } from './generate/openapi.ts';
import { writeRecoveryPage } from './generate/recovery-page.ts';
import { writeRunbookPages } from './generate/runbook-pages.ts';
import { writeStateDiagram } from './generate/state-diagram.ts';

await Promise.all([
  writeCurrencies(),
  writeOpenApi(),
  writeStateDiagram(),
  writeRecoveryPage(),
  writeFoldTables(),
  writeCostPage(),
  writeEnginesPage(),
  writeRunbookPages(formatMarkdown),
]);
