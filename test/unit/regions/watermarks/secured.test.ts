import { fc, test } from '@fast-check/vitest';
import { describe, expect, it } from 'vitest';
import type { Origin } from '../../../../lambdas/regions/log/event.ts';
import { keyIdOf } from '../../../../lambdas/regions/log/personal.ts';
import { keyArrived } from '../../../../lambdas/regions/watermarks/holding.ts';
import type { Link } from '../../../../lambdas/regions/watermarks/links.ts';
import { markOf } from '../../../../lambdas/regions/watermarks/mark.ts';
import type { ChainMark } from '../../../../lambdas/regions/watermarks/mark.ts';
import { holdersOf, isSecured } from '../../../../lambdas/regions/watermarks/secured.ts';
import type { Copies } from '../../../../lambdas/regions/watermarks/secured.ts';
import { LAW_RUNS } from '../laws.ts';
import { A, B, C } from '../log/lab.ts';
import { markFrom } from './lab.ts';
import {
  anyHonest,
  anyLinks,
  fork,
  indexOf,
  isPlain,
  LONGEST,
  main,
  naiveMark,
  receiverOf,
  unique,
} from './naive.ts';

/** A fourth Region, which computes the answer. */
const D = 'ap-south-1.d1';
const all = Array.from({ length: LONGEST }, (_, at) => main(at + 1));
const eventAt = (chainSeq: number, keys?: string[]): { origin: Origin; chainSeq: number; keys?: string[] } =>
  keys === undefined ? { origin: A, chainSeq } : { origin: A, chainSeq, keys };

const copiesOf = (
  present: readonly Origin[],
  marks: Readonly<Record<Origin, ChainMark>>,
  over: Partial<Copies> = {},
): Copies => ({
  present: new Set(present),
  marks: new Map(Object.entries(marks)),
  index: indexOf(all),
  inAgreements: false,
  ...over,
});

const anyPresent = fc.subarray([A, B, C]);

describe('isSecured', () => {
  test.prop([anyHonest, anyHonest, anyPresent, fc.integer({ min: 1, max: LONGEST })], { numRuns: LAW_RUNS })(
    'counts the present incarnations whose marks name the event',
    (atB, atC, present, seq) => {
      const holds = (links: readonly Link[]): boolean => naiveClaims(links, seq);
      const holding = [A, ...(holds(atB) ? [B] : []), ...(holds(atC) ? [C] : [])];

      const copies = copiesOf(present, { [B]: markFrom(atB), [C]: markFrom(atC) });

      const holders = holding.filter((one) => present.includes(one));
      expect(holdersOf(eventAt(seq), copies)).toEqual(holders.toSorted());
      expect(isSecured(eventAt(seq), copies)).toBe(holders.length >= 2);
    },
  );

  test.prop([anyLinks, anyLinks, anyLinks, anyPresent, fc.integer({ min: 1, max: LONGEST })], {
    numRuns: LAW_RUNS,
  })(
    'is never true for an event that fewer than two present incarnations hold',
    (others, atB, atC, present, seq) => {
      const here = unique([main(seq), ...others]);
      const marks = { [D]: markFrom(here), [B]: markFrom(atB), [C]: markFrom(atC) };

      const secured = isSecured(eventAt(seq), copiesOf(present, marks, { index: indexOf(here) }));

      const holds = (links: readonly Link[]): boolean => links.some(({ hash }) => hash === main(seq).hash);
      const really = [A, ...(holds(atB) ? [B] : []), ...(holds(atC) ? [C] : [])];
      expect(secured && really.filter((one) => present.includes(one)).length < 2).toBe(false);
    },
  );

  it('is computed again without a lost incarnation', () => {
    const marks = { [B]: markFrom(all), [C]: markFrom([]) };

    expect(isSecured(eventAt(3), copiesOf([A, B, C], marks))).toBe(true);
    expect(isSecured(eventAt(3), copiesOf([A, C], marks))).toBe(false);
    expect(isSecured(eventAt(3), copiesOf([B, C], { ...marks, [C]: markFrom(all) }))).toBe(true);
  });

  it('schedule 24: only bytes in Agreements secure an event that only the survivor of two Regions holds', () => {
    const alone = copiesOf([A], { [A]: markFrom(all), [B]: markFrom(all) });

    expect(isSecured(eventAt(3), alone)).toBe(false);
    expect(isSecured(eventAt(3), { ...alone, inAgreements: true })).toBe(true);
  });

  it('schedule 24: bytes in Agreements do not replace a present peer', () => {
    const marks = { [B]: markFrom([]) };

    expect(isSecured(eventAt(3), copiesOf([A, B], marks, { inAgreements: true }))).toBe(false);
  });

  it('is false for events that no present incarnation holds', () => {
    expect(isSecured(eventAt(3), copiesOf([B], { [B]: markFrom([]) }, { inAgreements: true }))).toBe(false);
    expect(isSecured(eventAt(3), copiesOf([], {}, { inAgreements: true }))).toBe(false);
  });

  it('schedule 26: events beyond the last named island of a mark are not secured', () => {
    const odd = all.filter(({ seq }) => seq % 2 === 0);
    const secured = odd.filter(({ seq }) =>
      isSecured(eventAt(seq), copiesOf([A, B], { [B]: markFrom(odd) })),
    );

    expect(secured.map(({ seq }) => seq)).toEqual([2, 4, 6, 8, 10, 12, 14, 16]);
  });

  it('does not count a peer with another history, or one that cannot be compared yet', () => {
    const forked = copiesOf([A, B], { [B]: markFrom([main(1), main(2), fork(3)]) });
    const ahead = copiesOf([A, B], { [B]: markFrom(all) }, { index: indexOf(all.slice(0, 5)) });

    expect(isSecured(eventAt(2), forked)).toBe(false);
    expect(isSecured(eventAt(2), ahead)).toBe(false);
    expect(isSecured(eventAt(2), { ...ahead, index: indexOf(all) })).toBe(true);
  });

  it('is false from a number in dispute on', () => {
    const disputed = markFrom([...all, fork(5)]);
    const copies = copiesOf([A, B, C], { [B]: markFrom(all), [C]: disputed });

    expect([4, 5, 6].map((seq) => isSecured(eventAt(seq), copies))).toEqual([true, false, false]);
  });
});

const naiveClaims = (links: readonly Link[], seq: number): boolean => {
  const { frontier, islands } = naiveMark(links);
  return seq <= frontier || islands.some(({ from, to }) => from <= seq && seq <= to);
};

describe('keys', () => {
  const KEY_OF_A = keyIdOf('account-7', A);
  const withoutKey = (seqs: readonly number[]): readonly Link[] =>
    all.map((link) => (seqs.includes(link.seq) ? { ...link, missingKeys: [KEY_OF_A] } : link));

  it('schedule 27: an event is not secured while only its own Region holds the key', () => {
    const { holding, index } = receiverOf(withoutKey([3]));
    const [before, after] = [markOf(holding, index), markOf(keyArrived(holding, KEY_OF_A), index)];

    expect(isSecured(eventAt(3, [KEY_OF_A]), copiesOf([A, B], { [B]: before }))).toBe(false);
    expect(isSecured(eventAt(4, [KEY_OF_A]), copiesOf([A, B], { [B]: before }))).toBe(true);
    expect(isSecured(eventAt(3), copiesOf([A, B], { [B]: before }))).toBe(true);
    expect(isSecured(eventAt(3, [KEY_OF_A]), copiesOf([A, B], { [B]: after }))).toBe(true);
  });

  it('does not count events with keys beyond the last one that a mark names', () => {
    const marks = { [B]: markFrom(withoutKey([2, 4, 6, 8, 10, 12, 14, 16, 20])) };
    const secured = (seq: number, keys?: string[]): boolean =>
      isSecured(eventAt(seq, keys), copiesOf([A, B], marks));

    expect([1, 15, 17].map((seq) => secured(seq, [KEY_OF_A]))).toEqual([true, true, false]);
    expect(secured(17)).toBe(true);
  });

  it('requires the writer to hold keys that another origin made', () => {
    const foreign = [keyIdOf('account-7', C)];
    const marks = { [B]: markFrom(all), [A]: markFrom(withoutKey([3])) };

    expect(isSecured(eventAt(3, foreign), copiesOf([A, B], { [B]: markFrom(all) }))).toBe(false);
    expect(isSecured(eventAt(3, foreign), copiesOf([A, B], marks))).toBe(false);
    expect(isSecured(eventAt(4, foreign), copiesOf([A, B], marks))).toBe(true);
  });
});

describe('the model', () => {
  it('covers forks, plain histories and overfull marks', () => {
    const sample = fc.sample(anyLinks, { numRuns: 1_000, seed: 1 });
    const marks = sample.map((links) => naiveMark(unique(links)));

    expect(sample.filter(isPlain).length).toBeGreaterThan(100);
    expect(marks.filter(({ more }) => more).length).toBeGreaterThan(50);
    expect(marks.filter(({ disputedAt }) => disputedAt !== undefined).length).toBeGreaterThan(100);
  });
});
