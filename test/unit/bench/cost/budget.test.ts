import { describe, expect, it } from 'vitest';
import { budgetViolations } from '../../../../bench/cost/budget.ts';
import { usedOnly } from '../../../../bench/cost/meter/usage.ts';

const USED = usedOnly({ writeUnits: 34, readUnits: 8.5, writtenBytes: 12_000, crmCalls: 1 });

describe('a budget', () => {
  it('is met by the measured usage, for ids of any length', () => {
    expect(budgetViolations({ sync: USED }, { sync: { ...USED, writtenBytes: 12_300 } })).toEqual([]);
  });

  it.each([
    ['one write too many', { writeUnits: 35 }, 'sync: writeUnits: expected at most 34, used 35'],
    ['half a read too many', { readUnits: 9 }, 'sync: readUnits: expected at most 8.5, used 9'],
    ['a second call of the CRM', { crmCalls: 2 }, 'sync: crmCalls: expected at most 1, used 2'],
    [
      'a tenth more bytes',
      { writtenBytes: 13_200 },
      'sync: writtenBytes: expected at most 12000, used 13200',
    ],
  ])('fails for %s', (_name, change, line) => {
    expect(budgetViolations({ sync: USED }, { sync: { ...USED, ...change } })).toEqual([line]);
  });

  it.each([
    ['writeUnits', { writeUnits: 33 }],
    ['writtenBytes', { writtenBytes: 11_000 }],
  ])('fails if it is too loose: %s', (key, change) => {
    const [line] = budgetViolations({ sync: USED }, { sync: { ...USED, ...change } });

    expect(line).toContain(`sync: ${key}: the budget of`);
    expect(line).toContain('needlessly loose');
  });

  it('fails for a scenario without a budget and for a budget without a scenario', () => {
    expect(budgetViolations({ old: USED }, { fresh: USED })).toEqual([
      'old: is in the budget but was not measured',
      'fresh: expected a budget',
    ]);
  });
});
