/** Which decisions of a log count when its table is rebuilt. */
import { describe, expect, it } from 'vitest';
import {
  gaplessDecisions,
  rebuiltItem,
  restoredItem,
} from '../../../../lambdas/regions/agreements/rebuild.ts';

const decided = (generation: number, number: number) => ({
  generation,
  number,
  decision: `${generation}.${number}`,
});
const evolve = (state: readonly string[], decision: string): readonly string[] => [...state, decision];
const input = (...records: readonly ReturnType<typeof decided>[]) => ({
  key: 'order#o1',
  generation: 4,
  records,
  start: [],
  evolve,
});
const namesOf = (...records: readonly ReturnType<typeof decided>[]): readonly string[] =>
  gaplessDecisions(records).map(({ decision }) => decision);

describe('gaplessDecisions', () => {
  it('takes the decisions up to the first gap, whatever the order of the records', () => {
    expect(namesOf(decided(1, 4), decided(1, 2), decided(1, 1))).toEqual(['1.1', '1.2']);
    expect(namesOf(decided(1, 2))).toEqual([]);
  });

  it('drops everything that a later generation overruled from its first decision on', () => {
    const lost = [decided(1, 1), decided(1, 2), decided(1, 3), decided(1, 4)];

    expect(namesOf(decided(2, 3), ...lost)).toEqual(['1.1', '1.2', '2.3']);
    expect(namesOf(...lost, decided(2, 2))).toEqual(['1.1', '2.2']);
    expect(namesOf(...lost, decided(3, 2), decided(2, 3), decided(2, 4))).toEqual(['1.1', '3.2']);
  });

  it('keeps a decision of a later generation beside the earlier ones before it', () => {
    expect(namesOf(decided(2, 2), decided(2, 3), decided(1, 1))).toEqual(['1.1', '2.2', '2.3']);
  });
});

describe('rebuiltItem', () => {
  it('is absent if nothing is decided', () => {
    expect(rebuiltItem(input())).toBeUndefined();
    expect(rebuiltItem(input(decided(1, 2)))).toBeUndefined();
  });

  it('says up to which decision each generation counts', () => {
    const put = rebuiltItem(input(decided(1, 1), decided(1, 2), decided(3, 3)));

    expect(put).toEqual({
      kind: 'put',
      key: 'order#o1',
      condition: { kind: 'absent' },
      next: {
        key: 'order#o1',
        generation: 4,
        lineage: [
          { generation: 1, through: 2 },
          { generation: 3, through: 3 },
        ],
        version: 1,
        decided: 3,
        attempts: [],
        state: ['1.1', '1.2', '3.3'],
        pending: [],
      },
    });
  });
});

describe('restoredItem', () => {
  it('keeps the decisions whose events only one incarnation holds waiting', () => {
    const [first, second] = [decided(1, 1), decided(1, 2)];
    const records = [
      { ...first, attemptId: 'a', isSecured: true },
      { ...second, attemptId: 'b', isSecured: false },
    ];

    expect(restoredItem({ ...input(), records })?.next.pending).toEqual([{ ...second, attemptId: 'b' }]);
  });
});
