import { test } from '@fast-check/vitest';
import { describe, expect, it } from 'vitest';
import {
  agreementWith,
  contradictAt,
  differences,
  missingFrom,
} from '../../../../lambdas/regions/watermarks/compare.ts';
import type { Missing } from '../../../../lambdas/regions/watermarks/compare.ts';
import type { Link } from '../../../../lambdas/regions/watermarks/links.ts';
import { NO_MARK, sameHistory } from '../../../../lambdas/regions/watermarks/mark.ts';
import { LAW_RUNS } from '../laws.ts';
import { B, C } from '../log/lab.ts';
import { CHAIN, listFrom, markFrom, OTHER_CHAIN, seqsOf, watermarkOf } from './lab.ts';
import { anyHonest, anyLinks, branch, fork, indexOf, main, receiverOf, runsOf, unique } from './naive.ts';

const numbersOf = (links: readonly Link[]): number[] => links.map(({ seq }) => seq).toSorted((a, b) => a - b);

/** Result of a pull: the ranges, and the peer's index from the end of its mark. */
const readFrom = (peer: readonly Link[], { ranges, moreFrom = Infinity }: Missing): Link[] =>
  peer.filter(({ seq }) => seq >= moreFrom || ranges.some(({ from, to }) => from <= seq && seq <= to));

describe('missingFrom', () => {
  test.prop([anyHonest, anyHonest], { numRuns: LAW_RUNS })(
    'names exactly the events that the peer holds and this Region lacks',
    (here, peer) => {
      const missing = missingFrom(listFrom(here), listFrom(peer));

      const held = new Set(numbersOf(here));
      expect(seqsOf(missing.ranges)).toEqual(numbersOf(peer).filter((seq) => !held.has(seq)));
      expect(missing.moreFrom).toBeUndefined();
    },
  );

  test.prop([anyHonest, anyHonest], { numRuns: LAW_RUNS })(
    'leads two Regions to equal sets in one round, also if a mark cannot name everything',
    (one, other) => {
      const [here, peer] = [receiverOf(one), receiverOf(other)];
      const [toHere, toPeer] = [missingFrom(here.mark(), peer.mark()), missingFrom(peer.mark(), here.mark())];

      here.take(readFrom(other, toHere));
      peer.take(readFrom(one, toPeer));

      expect(numbersOf(unique(here.stored))).toEqual(numbersOf(unique([...one, ...other])));
      expect(here.mark()).toEqual(peer.mark());
      expect(sameHistory(here.mark(), peer.mark())).toBe(!here.mark().more);
    },
  );

  it('names event 5 of 9 if it never arrived', () => {
    const peer = Array.from({ length: 9 }, (_, at) => main(at + 1));
    const here = peer.filter(({ seq }) => seq !== 5);

    expect(missingFrom(markFrom(here), markFrom(peer))).toEqual({ ranges: [{ from: 5, to: 5 }] });
    expect(missingFrom(markFrom(peer), markFrom(here))).toEqual({ ranges: [] });
  });

  it('gives the number from which a peer holds unnamed events', () => {
    const islands = Array.from({ length: 9 }, (_, at) => main(2 * at + 2));

    expect(missingFrom(NO_MARK, markFrom(islands)).moreFrom).toBe(17);
  });

  it('names 100 missing of 1,000,000 events from marks of the usual size', () => {
    const peer = { ...NO_MARK, frontier: 1_000_000, hash: main(1_000_000).hash };
    const here = { ...NO_MARK, frontier: 999_900, hash: main(999_900).hash };

    expect(missingFrom(here, peer).ranges).toEqual([{ from: 999_901, to: 1_000_000 }]);
  });
});

describe('agreementWith', () => {
  test.prop([anyHonest, anyHonest], { numRuns: LAW_RUNS })(
    'finds no fork between honest histories',
    (here, peer) => {
      const agreement = agreementWith(listFrom(peer), indexOf(here));

      const shown = runsOf(peer).flatMap(({ from, to }) => (from === 1 ? [to] : [from - 1, to]));
      const held = new Set(numbersOf(here));
      expect(agreement.kind).toBe(shown.every((seq) => held.has(seq)) ? 'same' : 'unknown');
    },
  );

  it('schedule 6: finds the fork if a peer shows another hash', () => {
    const [here, peer] = [receiverOf([main(1), main(2), main(3)]), markFrom([main(1), fork(2)])];

    expect(agreementWith(peer, here.index)).toEqual({
      kind: 'forked',
      seq: 2,
      here: main(2).hash,
      peer: fork(2).hash,
    });
  });

  it('finds the fork below a peer\u2019s island', () => {
    const peer = markFrom([branch(4)]);

    expect(agreementWith(peer, indexOf([main(3)]))).toMatchObject({ kind: 'forked', seq: 3 });
  });
});

describe('differences', () => {
  test.prop([anyLinks, anyLinks], { numRuns: LAW_RUNS })(
    'lists a chain if and only if its marks differ',
    (one, other) => {
      const [here, peer] = [markFrom(one), markFrom(other)];

      const found = differences(watermarkOf(B, { [CHAIN]: here }), watermarkOf(C, { [CHAIN]: peer }));

      expect(found).toHaveLength(sameHistory(here, peer) ? 0 : 1);
    },
  );

  test.prop([anyLinks, anyLinks], { numRuns: LAW_RUNS })('gives each difference a reason', (one, other) => {
    const [here, peer] = [markFrom(one), markFrom(other)];

    const [found] = differences(watermarkOf(B, { [CHAIN]: here }), watermarkOf(C, { [CHAIN]: peer }));

    const isNamed = [found?.here, found?.peer].some(
      (side) => side?.ranges.length || side?.moreFrom !== undefined,
    );
    expect(found === undefined || isNamed || found.forked).toBe(true);
  });

  it('compares chains that only one Region has', () => {
    const mark = markFrom([main(1)]);

    expect(differences(watermarkOf(B, { [CHAIN]: mark }), watermarkOf(C, { [OTHER_CHAIN]: mark }))).toEqual([
      { chain: CHAIN, here: { ranges: [] }, peer: { ranges: [{ from: 1, to: 1 }] }, forked: false },
      { chain: OTHER_CHAIN, here: { ranges: [{ from: 1, to: 1 }] }, peer: { ranges: [] }, forked: false },
    ]);
  });

  it('distinguishes a fork from missing numbers', () => {
    const forked = differences(
      watermarkOf(B, { [CHAIN]: markFrom([main(1), main(2)]) }),
      watermarkOf(C, { [CHAIN]: markFrom([main(1), fork(2), main(9)]) }),
    );

    expect(forked).toMatchObject([{ forked: true, here: { ranges: [{ from: 9, to: 9 }] } }]);
  });

  it('reports a dispute that one Region knows as a fork', () => {
    const disputed = markFrom([main(1), fork(1)]);

    expect(
      differences(watermarkOf(B, { [CHAIN]: disputed }), watermarkOf(C, { [CHAIN]: markFrom([main(1)]) })),
    ).toMatchObject([{ forked: true }]);
    expect(contradictAt(markFrom([main(2)]), markFrom([main(2), main(4)]))).toBe(false);
  });
});
