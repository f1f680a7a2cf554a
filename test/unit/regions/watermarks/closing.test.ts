import { fc, test } from '@fast-check/vitest';
import { describe, expect, it } from 'vitest';
import { closeOrigin, holdsCut, isBacked } from '../../../../lambdas/regions/watermarks/closing.ts';
import type { Cut } from '../../../../lambdas/regions/watermarks/closing.ts';
import type { Link } from '../../../../lambdas/regions/watermarks/links.ts';
import type { ChainMark } from '../../../../lambdas/regions/watermarks/mark.ts';
import type { Pulse } from '../../../../lambdas/regions/watermarks/pulse.ts';
import { START_MS } from '../../../../tools/rig/fake-clock.ts';
import { LAW_RUNS } from '../laws.ts';
import { A, B, C, refusalOf, valueOf } from '../log/lab.ts';
import { CHAIN, listFrom, markFrom, OTHER_CHAIN, seqsOf, watermarkOf } from './lab.ts';
import { anyHonest, fork, LONGEST, main, unique } from './naive.ts';

const pulseOf = (counted: number, stopped = false): Pulse => ({
  origin: A,
  atMs: START_MS,
  counted: new Map([[CHAIN, counted]]),
  stopped,
});
const close = (marks: readonly ChainMark[], pulse?: Pulse): Cut =>
  valueOf(closeOrigin(A, pulse, listsOf(marks)));
const listsOf = (marks: readonly ChainMark[]): ReturnType<typeof watermarkOf>[] =>
  marks.map((mark, at) => watermarkOf([B, C][at] ?? 'x.d1', { [CHAIN]: mark }));
const upTo = (last: number): Link[] => Array.from({ length: last }, (_, at) => main(at + 1));

describe('closeOrigin', () => {
  test.prop([anyHonest, anyHonest, fc.nat(LONGEST + 5), fc.boolean()], { numRuns: LAW_RUNS })(
    'keeps the events that any survivor holds and counts every other number as lost',
    (atB, atC, counted, stopped) => {
      const cut = close([listFrom(atB), listFrom(atC)], pulseOf(counted, stopped));

      const kept = unique([...atB, ...atC])
        .map(({ seq }) => seq)
        .toSorted((a, b) => a - b);
      expect(seqsOf(cut.kept.get(CHAIN) ?? [])).toEqual(kept);
      expect(cut.lost).toBe(Math.max(counted, ...kept) - kept.length);
      expect(cut.bound).toBe(stopped ? 'at_most' : 'unknown');
      expect(close([listFrom(atC), listFrom(atB)], pulseOf(counted, stopped)).kept).toEqual(cut.kept);
    },
  );

  test.prop([anyHonest, anyHonest, anyHonest], { numRuns: LAW_RUNS })(
    'is held by a Region if and only if it holds all surviving events',
    (atB, atC, here) => {
      const cut = close([listFrom(atB), listFrom(atC)]);

      const held = new Set(here.map(({ seq }) => seq));
      expect(holdsCut(cut, watermarkOf(B, { [CHAIN]: listFrom(here) }))).toBe(
        [...atB, ...atC].every(({ seq }) => held.has(seq)),
      );
    },
  );

  it('reports an origin without a pulse and without events as lost without a bound', () => {
    expect(valueOf(closeOrigin(A, undefined, [watermarkOf(B, {})]))).toEqual({
      origin: A,
      kept: new Map(),
      lost: 0,
      bound: 'unknown',
    });
  });

  it('counts chains that only the pulse names', () => {
    const pulse = { ...pulseOf(3), counted: new Map([[OTHER_CHAIN, 7]]) };

    expect(close([markFrom(upTo(2))], pulse).lost).toBe(7);
  });

  it.each([
    ['no_survivor at lists', []],
    ['foreign_list at us-east-1.b1', [{ ...watermarkOf(B, {}), origin: C }]],
    [`disputed at ${CHAIN}`, listsOf([markFrom([main(1), fork(1)])])],
    [`disputed at ${CHAIN}`, listsOf([markFrom([main(1), main(2)]), markFrom([main(1), fork(2)])])],
    [`incomplete_list at ${CHAIN}`, listsOf([markFrom(upTo(24).filter(({ seq }) => seq % 2 === 0))])],
  ])('refuses with %s', (refusal, lists) => {
    expect(refusalOf(closeOrigin(A, undefined, lists))).toBe(refusal);
  });
});

describe('isBacked', () => {
  const cut = close([markFrom([main(1), main(2), main(5)])]);
  const backed = (chainSeq: number, chain = CHAIN): boolean => isBacked(cut, { chain, chainSeq });

  it('is true for events that a survivor listed and false for later ones', () => {
    expect([1, 2, 3, 4, 5, 6].map((seq) => backed(seq))).toEqual([true, true, false, false, true, false]);
    expect(backed(1, OTHER_CHAIN)).toBe(false);
  });
});

describe('holdsCut', () => {
  it('is false for a Region that lacks a counted chain', () => {
    expect(holdsCut(close([markFrom(upTo(2))]), watermarkOf(B, {}))).toBe(false);
  });
});
