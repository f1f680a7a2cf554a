import { fc, test } from '@fast-check/vitest';
import { describe, expect, it } from 'vitest';
import { contains, countOf, joined, less } from '../../../../lambdas/regions/watermarks/links.ts';
import type { Range } from '../../../../lambdas/regions/watermarks/links.ts';
import { LAW_RUNS } from '../laws.ts';
import { seqsOf } from './lab.ts';

const anyRanges = fc.array(
  fc.record({ from: fc.integer({ min: 1, max: 20 }), to: fc.integer({ min: 0, max: 20 }) }),
  { maxLength: 6 },
);

/** The naive model: a set of numbers. */
const setOf = (ranges: readonly Range[]): Set<number> =>
  new Set(ranges.filter(({ from, to }) => from <= to).flatMap((range) => seqsOf([range])));
const sorted = (numbers: Iterable<number>): number[] => [...numbers].toSorted((a, b) => a - b);

describe('joined', () => {
  test.prop([anyRanges], { numRuns: LAW_RUNS })(
    'is the union, in ranges with a gap between them',
    (ranges) => {
      const union = joined(ranges);

      expect(seqsOf(union)).toEqual(sorted(setOf(ranges)));
      expect(union.every(({ from }, at) => at === 0 || from > (union[at - 1]?.to ?? 0) + 1)).toBe(true);
      expect(countOf(union)).toBe(setOf(ranges).size);
    },
  );

  it('joins adjacent ranges and omits empty ones', () => {
    const ranges = [
      { from: 4, to: 6 },
      { from: 9, to: 8 },
      { from: 1, to: 3 },
    ];

    expect(joined(ranges)).toEqual([{ from: 1, to: 6 }]);
  });
});

describe('less', () => {
  test.prop([anyRanges, anyRanges], { numRuns: LAW_RUNS })(
    'is the difference of the sets',
    (all, without) => {
      const rest = less(all, without);

      const removed = setOf(without);
      expect(seqsOf(rest)).toEqual(sorted(setOf(all)).filter((seq) => !removed.has(seq)));
      expect(seqsOf(rest).every((seq) => contains(all, seq) && !contains(joined(without), seq))).toBe(true);
      expect(joined(rest)).toEqual(rest);
    },
  );
});
