import { fc, test } from '@fast-check/vitest';
import { describe, expect, it } from 'vitest';
import { chainsOfEntity } from '../../../../lambdas/regions/log/chain.ts';
import { claimsOf } from '../../../../lambdas/regions/watermarks/mark.ts';
import { mayAccept, notKnown } from '../../../../lambdas/regions/watermarks/pulse.ts';
import type { ChainView, Pulse } from '../../../../lambdas/regions/watermarks/pulse.ts';
import { START_MS } from '../../../../tools/rig/fake-clock.ts';
import { LAW_RUNS } from '../laws.ts';
import { A, CART, draftOf, OwnState, refusalOf, valueOf } from '../log/lab.ts';
import { CHAIN, listFrom, OTHER_CHAIN, seqsOf } from './lab.ts';
import { anyHonest, LONGEST, main } from './naive.ts';

const pulseOf = (counted: Readonly<Record<string, number>>, stopped = false): Pulse => ({
  origin: A,
  atMs: START_MS,
  counted: new Map(Object.entries(counted)),
  stopped,
});
const viewOf = (held: number[], claimed: number[] = [], chain = CHAIN): ChainView => ({
  chain,
  held: claimsOf(listFrom(held.map(main))),
  claimed: claimsOf(listFrom(claimed.map(main))),
});

describe('notKnown', () => {
  test.prop([anyHonest, anyHonest, fc.nat(LONGEST)], { numRuns: LAW_RUNS })(
    'names every known number that is not held',
    (held, claimed, counted) => {
      const numbers = (links: typeof held): number[] => links.map(({ seq }) => seq);
      const highest = Math.max(counted, ...numbers(held), ...numbers(claimed));

      const unknown = notKnown(
        [viewOf(numbers(held), numbers(claimed))],
        pulseOf({ [CHAIN]: counted }),
        true,
      );

      const missing = Array.from({ length: highest }, (_, at) => at + 1).filter(
        (seq) => !numbers(held).includes(seq),
      );
      expect(unknown.missing.flatMap(({ ranges }) => seqsOf(ranges))).toEqual(missing);
      expect(unknown.missingCount).toBe(missing.length);
    },
  );

  it('schedule 8: an isolated and destroyed Region has open shards since its pulse, without missing numbers', () => {
    const unknown = notKnown([viewOf([1, 2, 3])], pulseOf({ [CHAIN]: 3 }), true);

    expect(unknown).toEqual({ missing: [], missingCount: 0, open: true, openSinceMs: START_MS });
  });

  it('is open without a time if the lost origin never reported', () => {
    expect(notKnown([viewOf([1])], undefined, true)).toEqual({ missing: [], missingCount: 0, open: true });
  });

  it('is not open while the origin is present, or if it stopped before it reported', () => {
    expect(notKnown([viewOf([1])], pulseOf({ [CHAIN]: 2 }), false)).toEqual({
      missing: [{ chain: CHAIN, ranges: [{ from: 2, to: 2 }] }],
      missingCount: 1,
      open: false,
    });
    expect(notKnown([viewOf([1])], pulseOf({ [CHAIN]: 1 }, true), true).open).toBe(false);
  });

  it('schedule 4: names a missing event below one that only a peer holds', () => {
    expect(notKnown([viewOf([], [2])], undefined, false).missing).toEqual([
      { chain: CHAIN, ranges: [{ from: 1, to: 2 }] },
    ]);
  });

  it('sums the given chains', () => {
    const views = [viewOf([1, 3]), viewOf([2], [], OTHER_CHAIN)];

    expect(notKnown(views, pulseOf({ [CHAIN]: 5 }), false)).toMatchObject({
      missingCount: 4,
      missing: [{ chain: CHAIN }, { chain: OTHER_CHAIN }],
    });
  });
});

describe('mayAccept', () => {
  const own = new OwnState(A);
  own.accept([draftOf(), draftOf({ commandId: 'command-2' })]);
  const [chain = ''] = chainsOfEntity(A, CART);

  it('accepts while the counters are at or ahead of the pulse', () => {
    expect(
      [undefined, pulseOf({}), pulseOf({ [chain]: 1 }), pulseOf({ [chain]: 2 })].map(
        (pulse) => mayAccept(own.tips, pulse).ok,
      ),
    ).toEqual([true, true, true, true]);
    expect(valueOf(mayAccept(new Map(), undefined))).toBe(true);
  });

  it('schedule 7: a Region whose counters are behind its own pulse stops accepting', () => {
    expect(refusalOf(mayAccept(own.tips, pulseOf({ [chain]: 3 })))).toBe(`behind_own_pulse at ${chain}`);
    expect(refusalOf(mayAccept(new Map(), pulseOf({ [chain]: 1 })))).toBe(`behind_own_pulse at ${chain}`);
  });
});
