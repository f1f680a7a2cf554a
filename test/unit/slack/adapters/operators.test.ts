import { describe, expect, it } from 'vitest';
import { createOperatorList, parseOperators } from '../../../../lambdas/slack/adapters/operators.ts';

const person = { teamId: 'T0QUOTEQ1', userId: 'U0ADAOPS1' };

describe('createOperatorList', () => {
  const operators = createOperatorList('name', () =>
    Promise.resolve('T0QUOTEQ1:U0ADAOPS1, T0OTHERS1:U0LINOPS2'),
  );

  it.each([
    [person, true],
    [{ teamId: 'T0OTHERS1', userId: 'U0LINOPS2' }, true],
    [{ ...person, teamId: 'T0OTHERS1' }, false],
    [{ ...person, userId: 'U0LINOPS2' }, false],
    [{ ...person, userId: 'U0ADAOPS' }, false],
    [{ ...person, userId: 'U0ADAOPS12' }, false],
  ])('tells whether %j is on the list: %s', async (someone, expected) => {
    expect(await operators.isOperator(someone)).toBe(expected);
  });

  it('accepts nobody if the parameter does not exist', async () => {
    const missing = createOperatorList('name', () => Promise.resolve(undefined));

    await expect(missing.isOperator(person)).rejects.toMatchObject({ code: 'PROVIDER_MISCONFIGURED' });
  });
});

describe('parseOperators', () => {
  it.each(['none', ' none '])('finds nobody in “%s”', (value) => {
    expect(parseOperators(value).size).toBe(0);
  });

  it.each([
    '',
    '-',
    'none,T0QUOTEQ1:U0ADAOPS1',
    'T0QUOTEQ1:U0ADAOPS1,none',
    'U0ADAOPS1',
    'T0QUOTEQ1:',
    ':U0ADAOPS1',
    'T0QUOTEQ1:*',
    'T0QUOTEQ1:U0ADAOPS1,',
    '["T1:U1"]',
    't1:u1',
  ])('refuses the whole list “%s”', (value) => {
    expect(() => parseOperators(value)).toThrow(
      /operators: entry \d+ of \d+: expected a team id and a user id/,
    );
  });
});
