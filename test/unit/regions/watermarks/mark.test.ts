import { fc, test } from '@fast-check/vitest';
import { describe, expect, it } from 'vitest';
import type { Link } from '../../../../lambdas/regions/watermarks/links.ts';
import {
  advance,
  claimsKeysOf,
  claimsOf,
  lastClaim,
  markOf,
  NO_MARK,
  proofOf,
  restore,
  sameHistory,
  toReread,
} from '../../../../lambdas/regions/watermarks/mark.ts';
import type { ChainMark } from '../../../../lambdas/regions/watermarks/mark.ts';
import { LAW_RUNS } from '../laws.ts';
import { markFrom, seqsOf } from './lab.ts';
import { anyLinks, KEY, LONGEST, main, naiveMark, Receiver } from './naive.ts';

/** A Region that keeps only its published mark and the stored events. */
class Forgetful {
  mark: ChainMark = NO_MARK;
  readonly #all = new Receiver();

  take(links: readonly Link[]): void {
    this.mark = advance(this.mark, links, this.#all.index);
    this.#all.stored.push(...links);
  }

  reread(): void {
    const ranges = toReread(this.mark);
    const read = this.#all.stored.filter(({ seq }) =>
      ranges.some(({ from, to }) => from <= seq && seq <= to),
    );
    this.mark = markOf(restore(this.mark, read, this.#all.index), this.#all.index);
  }

  /** Numbers that the mark claims wrongly, with or without keys. */
  overclaimed(): number[] {
    const held = new Map(this.#all.stored.map((link) => [link.seq, link]));
    return seqsOf(claimsOf(this.mark)).filter((seq) => {
      const link = held.get(seq);
      return link === undefined || (claimsKeysOf(this.mark, seq) && link.missingKeys !== undefined);
    });
  }
}

const anyKeyed = fc
  .tuple(anyLinks, fc.subarray(Array.from({ length: LONGEST }, (_, at) => at + 1)))
  .map(([links, keyless]) =>
    links.map((link) => (keyless.includes(link.seq) ? { ...link, missingKeys: [KEY] } : link)),
  )
  .chain((links) => fc.shuffledSubarray(links, { minLength: links.length }));

const anySteps = fc.array(fc.oneof(fc.integer({ min: 1, max: 6 }), fc.constant('reread' as const)), {
  maxLength: 12,
});

const keyless = (seq: number): Link => ({ ...main(seq), missingKeys: [KEY] });
/** An index that shows nothing yet. */
const index = (): undefined => undefined;

describe('advance', () => {
  test.prop([anyKeyed, anySteps], { numRuns: LAW_RUNS })(
    'never claims events that are not held, and claims everything after the rest is read again',
    (links, steps) => {
      const region = new Forgetful();
      const left = [...links];

      const overclaimed = [...steps, links.length].flatMap((step) => {
        if (step === 'reread') region.reread();
        else region.take(left.splice(0, step));
        return region.overclaimed();
      });
      region.reread();

      expect(overclaimed).toEqual([]);
      expect(region.mark).toEqual(naiveMark(links));
    },
  );

  const evens = Array.from({ length: 12 }, (_, at) => main(2 * at + 2));

  it('does not claim events beyond its bound', () => {
    const full = advance(NO_MARK, evens, index);

    expect(full).toMatchObject({ more: true, islands: { length: 8 } });
    expect(advance(full, [main(40)], index)).toEqual(full);
    expect(toReread(full)).toEqual([{ from: 17, to: Infinity }]);
  });

  it('keeps `more` after islands have joined', () => {
    const full = advance(NO_MARK, evens, index);
    const joined = advance(full, [1, 3, 5, 7, 9, 11, 13, 15].map(main), index);

    expect(joined).toMatchObject({ frontier: 16, islands: [], more: true });
    expect(sameHistory(joined, joined)).toBe(false);
    // An island at 40 would hide that 18 to 24 are held and not named.
    expect(advance(joined, [main(40)], index)).toEqual(joined);
    expect(toReread(joined)).toEqual([{ from: 17, to: Infinity }]);
  });

  it('names no event without keys beyond unnamed ones', () => {
    const all = Array.from({ length: 10 }, (_, at) => keyless(at + 1));
    const full = advance(NO_MARK, all, index);

    const later = advance(full, [main(1), main(2), keyless(11)], (seq) => main(seq).hash);

    expect(later).toMatchObject({ keyless: [3, 4, 5, 6, 7, 8], moreKeyless: true });
    expect([9, 10, 11].map((seq) => claimsKeysOf(later, seq))).toEqual([false, false, false]);
    expect(toReread(later)).toEqual([
      ...[3, 4, 5, 6, 7, 8].map((seq) => ({ from: seq, to: seq })),
      { from: 9, to: Infinity },
    ]);
  });
});

describe('proofOf', () => {
  const mark = markFrom([1, 2, 3, 6, 7].map(main));

  it('is the end of the run that contains the number', () => {
    expect([1, 3, 6, 7].map((seq) => proofOf(mark, seq)?.seq)).toEqual([3, 3, 7, 7]);
    expect(proofOf(mark, 2)?.hash).toBe(main(3).hash);
    expect(proofOf(mark, 6)?.hash).toBe(main(7).hash);
  });

  it('is absent for numbers that are not claimed', () => {
    expect([-1, 0, 4, 5, 8].map((seq) => proofOf(mark, seq))).toEqual(
      Array.from({ length: 5 }, () => undefined),
    );
    expect([lastClaim(mark), lastClaim(NO_MARK)]).toEqual([7, 0]);
  });
});

describe('sameHistory', () => {
  it('is never true for a mark with `more` or in dispute', () => {
    const mark = markFrom([main(1)]);

    expect(sameHistory(mark, { ...mark })).toBe(true);
    expect(sameHistory({ ...mark, more: true }, { ...mark, more: true })).toBe(false);
    expect(sameHistory({ ...mark, disputedAt: 2 }, { ...mark, disputedAt: 2 })).toBe(false);
  });

  it('compares every part of an island', () => {
    const mark = markFrom([main(1), main(5), main(6)]);
    const [island] = mark.islands;
    const parts = [{ from: 4 }, { to: 7 }, { prev: main(9).hash }, { hash: main(9).hash }];
    const others = parts.map((part) => ({
      ...mark,
      islands: mark.islands.map((run) => ({ ...run, ...part })),
    }));

    expect(island).toBeDefined();
    expect(others.map((other) => sameHistory(mark, other))).toEqual([false, false, false, false]);
  });
});
