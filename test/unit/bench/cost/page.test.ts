import { readFileSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { readBudget } from '../../../../bench/cost/budget.ts';
import { COST_PAGE, renderCostPage } from '../../../../bench/cost/page.ts';
import { priceOf, readPrices, totalPrice } from '../../../../bench/cost/prices.ts';
import { throttleRetrier } from '../../../../bench/cost/throttling.ts';
import { BILLABLES, billableOperations, usageOf, usedOnly } from '../../../../bench/cost/meter/usage.ts';
import { readQuoteAction } from '../../../../statemachines/asl.ts';

describe('docs/cost.md', () => {
  it('is generated from the budget, the prices and the state machine (npm run generate)', async () => {
    const page = renderCostPage(readBudget(), readPrices(), await readQuoteAction());

    expect(readFileSync(COST_PAGE, 'utf8')).toBe(page);
  });

  it('names another price of waiting if the state machine waits differently', async () => {
    const machine = await readQuoteAction();
    const changed = structuredClone(machine);
    throttleRetrier(changed).MaxDelaySeconds = 150;
    const pages = [machine, changed].map((asl) => renderCostPage(readBudget(), readPrices(), asl));

    const [now, twiceAsOften] = pages.map((page) => /each hour at its longest wait .*/.exec(page)?.[0]);
    expect(now).toBe('each hour at its longest wait | 120 | 24 | 3.00 | 0.60 |');
    expect(twiceAsOften).toBe('each hour at its longest wait | 120 | 48 | 3.00 | 1.20 |');
  });
});

describe('docs/performance.md', () => {
  it('has the figures of the budget (npm run bench -- --write)', () => {
    const page = readFileSync(join(dirname(COST_PAGE), 'performance.md'), 'utf8');
    const counted = [...page.matchAll(/^\| (.+), billable operations \| (\S+) \|/gm)];

    expect(Object.fromEntries(counted.map(([, name, operations]) => [name, Number(operations)]))).toEqual(
      Object.fromEntries(
        Object.entries(readBudget().scenarios).map(([name, usage]) => [name, billableOperations(usage)]),
      ),
    );
  });
});

describe('a price', () => {
  it('is the sum over all billable operations, by the price list', () => {
    const list = readPrices();

    expect(priceOf(list, 'stateTransitions', 4_000)).toBeCloseTo(0.1, 10);
    expect(totalPrice(list, usedOnly({ stateTransitions: 1_000, writeUnits: 1_000_000 }))).toBeCloseTo(
      0.65,
      10,
    );
    expect(
      totalPrice(
        list,
        usageOf(() => 1),
      ),
    ).toBeCloseTo(
      BILLABLES.reduce((sum, key) => sum + priceOf(list, key, 1), 0),
      12,
    );
  });

  it('excludes bytes and calls of other services', () => {
    expect(billableOperations(usedOnly({ writtenBytes: 9, crmCalls: 9, slackCalls: 9 }))).toBe(0);
  });
});
