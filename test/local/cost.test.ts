/** What actions, retries and recoveries use, counted from the real calls of the deployed functions. */
import { expect, it } from 'vitest';
import { budgetViolations, readBudget } from '../../bench/cost/budget.ts';
import { measureAll } from '../../bench/cost/scenarios.ts';
import { outputs } from './support/queue.ts';

it('uses what the budget says, neither more nor less (npm run bench:cost -- --write)', async () => {
  const { scenarios } = await measureAll(outputs, () => undefined);

  expect(budgetViolations(readBudget().scenarios, scenarios)).toEqual([]);
}, 600_000);
