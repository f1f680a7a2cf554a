/** Part of `npm run generate`: writes docs/cost.md from the stored counts and prices. */
import { writeCostPage } from './cost/page.ts';

await writeCostPage();
