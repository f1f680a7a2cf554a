/**
 * `npm run generate` runs this and `bench/write-cost-page.ts`: they write every file that is derived from another one. Tests fail when
 * one of them is stale.
 */
import { writeEnginesPage } from './engines/engines-page.ts';
import { writeCurrencies } from './generate/currencies.ts';
import { writeFoldTables } from './generate/fold-tables.ts';
import { formatMarkdown } from './generate/markdown.ts';
import { writeKindsPage } from './generate/kinds-page.ts';
import { writeOpenApi } from './generate/openapi.ts';
import { writeRecoveryPage } from './generate/recovery-page.ts';
import { writeRunbookPages } from './generate/runbook-pages.ts';
import { writeStateDiagram } from './generate/state-diagram.ts';

await Promise.all([
  writeCurrencies(),
  writeOpenApi(),
  writeKindsPage(),
  writeStateDiagram(),
  writeRecoveryPage(),
  writeFoldTables(),
  writeEnginesPage(),
  writeRunbookPages(formatMarkdown),
]);
