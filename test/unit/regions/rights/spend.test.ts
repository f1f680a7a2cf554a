/** Pieces that a checkout takes, pieces that are put back, and the slots. */
import { fc, test } from '@fast-check/vitest';
import { describe, expect, it } from 'vitest';
import { availablePieces } from '../../../../lambdas/regions/rights/region-item.ts';
import { evenParts, MAX_SLOTS, rebalance, slotsFor } from '../../../../lambdas/regions/rights/slots.ts';
import { release, spend } from '../../../../lambdas/regions/rights/spend.ts';
import { NO_USE, ORIGINS, RESOURCE, RightsWorld } from './world.ts';
import { codeOf } from '../answers.ts';
import { worldWith } from './drawn-world.ts';

const [A, B, C] = ORIGINS;

describe('spend', () => {
  it('takes all pieces from one slot that has them, searching from the given slot', () => {
    const { slots } = worldWith(3).rights(A);
    const keys = [0, 1, 2, 3].map((first) => {
      const step = spend(slots, 4, first);
      return step.ok ? step.value.map(({ key }) => key) : [];
    });

    expect(keys).toEqual([
      [`rights#${RESOURCE}/0`],
      [`rights#${RESOURCE}/1`],
      [`rights#${RESOURCE}/2`],
      [`rights#${RESOURCE}/0`],
    ]);
  });

  it('takes from the fewest slots if no slot has enough, and tests each of them', () => {
    const step = spend(worldWith(3).rights(A).slots, 7, 0);

    expect(step.ok ? step.value.map(({ condition, add }) => [condition, add]) : []).toEqual([
      [
        { kind: 'atLeast', field: 'available', value: 4 },
        { available: -4, spent: 4 },
      ],
      [
        { kind: 'atLeast', field: 'available', value: 3 },
        { available: -3, spent: 3 },
      ],
    ]);
  });

  it('answers awaiting_stock with the available pieces if this Region has too few', () => {
    const world = worldWith(3);

    expect(spend(world.rights(A).slots, 13, 0)).toMatchObject({
      refusal: { code: 'awaiting_stock', field: 'pieces', expected: 'at most 12 in this Region' },
    });
    expect(codeOf(spend(world.rights(C).slots, 1, 5))).toBe('awaiting_stock at pieces');
    expect(codeOf(spend(world.rights(A).slots, 0, 0))).toBe('not_a_count at pieces');
  });

  it('writes nothing if another checkout took the pieces first', () => {
    const world = worldWith(1);
    const before = world.rights(A);

    expect(world.spend(A, 8, 0, before)).toBe(true);
    expect(world.spend(A, 5, 0, before)).toBe(false);
    expect(availablePieces(world.rights(A).slots)).toBe(4);
  });
});

describe('release', () => {
  it('puts pieces back once, into a slot in use', () => {
    const world = worldWith(2);
    world.spend(A, 5);

    expect(world.release(0, 7)).toBe(true);
    expect(world.release(0, 1)).toBe(false);
    expect(world.rights(A).slots.map(({ available, released }) => [available, released])).toEqual([
      [1, 0],
      [11, 5],
    ]);
    expect(codeOf(release(world.rights(A), { releaseId: 'x', pieces: -1, slot: 0 }))).toBe(
      'not_a_count at pieces',
    );
  });
});

describe('slots', () => {
  it('are as many as the rate requires, within bounds', () => {
    expect([0, 20, 21, 1_000_000].map(slotsFor)).toEqual([1, 1, 2, MAX_SLOTS]);
  });

  test.prop([fc.nat(1_000), fc.integer({ min: 1, max: MAX_SLOTS })])(
    'get parts that differ by at most one piece',
    (pieces, count) => {
      const parts = evenParts(pieces, count);

      expect(parts.reduce((sum, part) => sum + part, 0)).toBe(pieces);
      expect(Math.max(...parts) - Math.min(...parts)).toBeLessThanOrEqual(1);
    },
  );

  it('are emptied if no longer in use, and balanced if in use', () => {
    const world = worldWith(3);
    world.resize(A, 2);
    world.settle(() => NO_USE);

    expect(world.rights(A).slots.map(({ available }) => available)).toEqual([6, 6, 0]);
    expect(rebalance(world.rights(A))).toEqual([]);
  });
});

describe('a voucher', () => {
  it('case 7: with 3 uses, redeemed 2 + 2 times during a partition, counts at most 3 times', () => {
    const world = new RightsWorld();
    world.deposit(A, 'issued', 3);
    world.keep(A, NO_USE);
    world.draw(A, 2);
    world.keep(A, NO_USE);
    world.draw(B, 1);
    world.keep(B, NO_USE);
    const redeemed = [A, A, B, B].filter((origin) => world.spend(origin, 1));

    expect(redeemed).toEqual([A, A, B]);
  });
});
