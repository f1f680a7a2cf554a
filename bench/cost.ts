/**
 * Billable operations of an action over those of the naive recipe, both counted in one run on the local AWS. With `--write`
 * the counts become the budget (`bench/cost/budget.json`) and `docs/cost.md` is written anew.
 */
import { startLocalEnvironment } from '../tools/local/environment.ts';
import { type Budget, writeBudget } from './cost/budget.ts';
import { GOAL, writeCostPage } from './cost/page.ts';
import { readPrices, totalPrice } from './cost/prices.ts';
import { measureAll } from './cost/scenarios.ts';
import { billableOperations, usageOf, type Usage } from './cost/usage.ts';
import { type Figure, report } from './report.ts';

/** Scenarios that are counted by themselves; a retry is a difference of two. */
const SAMPLES = 1;
const NOTHING = usageOf(() => 0);

const twoDecimals = (value: number): number => Math.round(value * 100) / 100;

function ratioOf(name: string, ours: number, peer: number): Figure {
  const value = twoDecimals(ours / peer);
  return { name, value, unit: '×', goal: `≤ ${GOAL}`, ok: value <= GOAL, samples: SAMPLES };
}

function figuresOf({ scenarios }: Budget): readonly Figure[] {
  const prices = readPrices();
  const [ours = NOTHING, peer = NOTHING] = [scenarios['crm.sync'], scenarios['naive crm.sync']];
  const per1000 = (usage: Usage): number => Math.round(totalPrice(prices, usage) * 1_000 * 1_000) / 1_000;
  const counts = Object.entries(scenarios).map(([name, usage]) => ({
    name: `${name}, billable operations`,
    value: billableOperations(usage),
    unit: 'operations',
    samples: SAMPLES,
  }));
  return [
    ...counts,
    { name: '1,000 crm.sync', value: per1000(ours), unit: 'USD', samples: SAMPLES },
    { name: '1,000 naive crm.sync', value: per1000(peer), unit: 'USD', samples: SAMPLES },
    ratioOf('price of crm.sync ÷ naive recipe', per1000(ours), per1000(peer)),
    ratioOf(
      'billable operations of crm.sync ÷ naive recipe',
      billableOperations(ours),
      billableOperations(peer),
    ),
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
