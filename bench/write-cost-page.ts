/** Part of `npm run generate`: writes docs/cost.md from the counts and prices that are stored beside it. */
import { writeCostPage } from './cost/page.ts';

await writeCostPage();
