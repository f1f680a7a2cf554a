/** The checker itself: it accepts correct histories and detects each kind of error. */
import { fc, test } from '@fast-check/vitest';
import { describe, expect, it } from 'vitest';
import { isLinearizable, type Operation } from './invariants/linearizability.ts';

const read = (value: string, calledAt: number, answeredAt?: number): Operation<string> => ({
  text: `read ${value}`,
  calledAt,
  answeredAt,
  apply: (register) => (register === value ? register : undefined),
});
const swap = (from: string, to: string, calledAt: number, answeredAt?: number): Operation<string> => ({
  text: `swap ${from} ${to}`,
  calledAt,
  answeredAt,
  apply: (register) => (register === from ? to : undefined),
});
const lostTo = (from: string, current: string, calledAt: number, answeredAt: number): Operation<string> => ({
  text: `swap from ${from} lost to ${current}`,
  calledAt,
  answeredAt,
  apply: (register) => (register === current && register !== from ? register : undefined),
});

const isRight = (...operations: readonly Operation<string>[]): boolean =>
  isLinearizable(operations, 'a', (register) => register);

describe('a correct history', () => {
  it.each([
    ['nothing at all', []],
    ['one after the other', [read('a', 1, 2), swap('a', 'b', 3, 4), read('b', 5, 6)]],
    [
      'a read that overlaps the write and sees the old value',
      [swap('a', 'b', 1, 4), read('a', 2, 3), read('b', 5, 6)],
    ],
    ['a read that overlaps the write and sees the new value', [swap('a', 'b', 1, 4), read('b', 2, 3)]],
    ['two writers of whom one loses', [swap('a', 'b', 1, 4), lostTo('a', 'b', 2, 3)]],
    [
      'a write without an answer that took effect late',
      [swap('a', 'b', 1), read('a', 2, 3), read('b', 4, 5)],
    ],
    [
      'a write without an answer that never took effect',
      [swap('a', 'b', 1), read('a', 2, 3), swap('a', 'c', 4, 5)],
    ],
  ])('passes: %s', (_name, operations) => {
    expect(isRight(...operations)).toBe(true);
  });
});

describe('a wrong history', () => {
  it.each([
    ['a read of what nobody wrote', [read('z', 1, 2)]],
    ['a stale read after the write was answered', [swap('a', 'b', 1, 2), read('a', 3, 4)]],
    ['two writers who both win', [swap('a', 'b', 1, 4), swap('a', 'c', 2, 3)]],
    ['a write that is called lost and is read', [lostTo('a', 'b', 1, 2), read('b', 3, 4)]],
    ['time that runs back for one reader', [swap('a', 'b', 1, 8), read('b', 2, 3), read('a', 4, 5)]],
    [
      'a conflict that names what was long replaced',
      [swap('a', 'b', 1, 2), swap('b', 'c', 3, 4), lostTo('a', 'b', 5, 6)],
    ],
    [
      'an unanswered write that takes effect twice',
      [swap('a', 'b', 1), swap('b', 'a', 2, 3), read('b', 4, 5), swap('b', 'a', 6, 7), read('b', 8, 9)],
    ],
  ])('is refused: %s', (_name, operations) => {
    expect(isRight(...operations)).toBe(false);
  });
});

describe('histories made by a real register', () => {
  const step = fc.record({
    writes: fc.boolean(),
    early: fc.integer({ min: 0, max: 3 }),
    late: fc.integer({ min: 0, max: 3 }),
  });

  test.prop([fc.array(step, { maxLength: 25 })])('always pass for any overlap of their calls', (steps) => {
    let register = 'a';
    const operations = steps.map(({ writes, early, late }, n) => {
      const [before, calledAt, answeredAt] = [register, n * 10 - early * 9, n * 10 + 1 + late * 9];
      if (!writes) return read(before, calledAt, answeredAt);
      register = `v${n}`;
      return swap(before, register, calledAt, answeredAt);
    });

    expect(isRight(...operations)).toBe(true);
  });
});
