/**
 * Run by `npm run generate`, together with `bench/write-cost-page.ts`. They write every generated file. Tests fail when a
 * generated file is stale.
 */
import { writeEnginesPage } from './engines/engines-page.ts';
import { writeCrmSetupPage } from './generate/crm-setup-page.ts';
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
  writeCrmSetupPage(),
  writeStateDiagram(),
  writeRecoveryPage(),
  writeFoldTables(),
  writeEnginesPage(),
  writeRunbookPages(formatMarkdown),
]);
