/**
 * Counts the billable operations of an action and of the naive recipe in one run on the local AWS, and prints their ratio. With
 * `--write` the counts become the budget (`bench/cost/budget.json`) and `docs/cost.md` is written again.
 */
import { startLocalEnvironment } from '../tools/local/environment.ts';
import { type Budget, usageOfScenario, writeBudget } from './cost/budget.ts';
import { COMPARED, GOAL, sharesOf, writeCostPage } from './cost/page.ts';
import { type PriceList, readPrices, totalPrice } from './cost/prices.ts';
import { measureAll } from './cost/scenarios.ts';
import { billableOperations } from './cost/meter/usage.ts';
import { type Figure, report } from '../tools/report/report.ts';

/** Scenarios that are counted alone; a retry is the difference of two scenarios. */
const SAMPLES = 1;

const rounded = (value: number, digits: number): number => Number(value.toFixed(digits));
const figure = (name: string, value: number, unit: string): Figure => ({
  name,
  value,
  unit,
  samples: SAMPLES,
});

function comparedWith(name: string, budget: Budget, prices: PriceList, isGoal: boolean): readonly Figure[] {
  const ours = usageOfScenario(budget, COMPARED.ours);
  const { price, count } = sharesOf(prices, ours, usageOfScenario(budget, name));
  const goal = isGoal ? { goal: `≤ ${GOAL}`, ok: price <= GOAL } : {};
  return [
    { ...figure(`billable operations of crm.sync ÷ ${name}, by price`, rounded(price, 2), '×'), ...goal },
    figure(`billable operations of crm.sync ÷ ${name}, by count`, rounded(count, 2), '×'),
  ];
}

function figuresOf(budget: Budget): readonly Figure[] {
  const prices = readPrices();
  const columns = Object.entries(budget.scenarios);
  const isCompared = new Set<string>(Object.values(COMPARED));
  return [
    ...columns.map(([name, usage]) =>
      figure(`${name}, billable operations`, billableOperations(usage), 'operations'),
    ),
    ...columns
      .filter(([name]) => isCompared.has(name))
      .map(([name, usage]) => figure(`1,000 ${name}`, rounded(totalPrice(prices, usage) * 1_000, 3), 'USD')),
    ...comparedWith(COMPARED.wholeJob, budget, prices, true),
    ...comparedWith(COMPARED.tutorial, budget, prices, false),
  ];
}

const environment = await startLocalEnvironment();
try {
  const measured = await measureAll(environment.outputs, (name) => process.stderr.write(`  ${name}\n`));
  if (process.argv.includes('--write')) {
    writeBudget(measured);
    await writeCostPage();
  }
  report(figuresOf(measured));
} finally {
  await environment.stop();
}
