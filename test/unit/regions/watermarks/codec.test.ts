import { fc, test } from '@fast-check/vitest';
import { describe, expect, it } from 'vitest';
import { chainOf, LANES, SHARDS } from '../../../../lambdas/regions/log/chain.ts';
import type { ChainId } from '../../../../lambdas/regions/log/event.ts';
import { decodeMarks, encodeMarks } from '../../../../lambdas/regions/watermarks/codec.ts';
import { START } from '../../../../lambdas/regions/watermarks/links.ts';
import { MAX_ISLANDS, MAX_KEYLESS, NO_MARK } from '../../../../lambdas/regions/watermarks/mark.ts';
import type { ChainMark } from '../../../../lambdas/regions/watermarks/mark.ts';
import { LAW_RUNS } from '../laws.ts';
import { A, refusalOf, valueOf } from '../log/lab.ts';
import { CHAIN, markFrom, OTHER_CHAIN } from './lab.ts';
import { anyLinks, KEY, main } from './naive.ts';

const CHAINS = Array.from({ length: SHARDS * LANES }, (_, n) => chainOf(A, Math.floor(n / LANES), n % LANES));

/** Marks of all kinds of histories, with and without keys, and at high numbers of a chain. */
const anyMark = fc
  .tuple(
    anyLinks,
    fc.subarray([1, 2, 3, 4, 6, 8, 10, 12, 14, 16, 18, 20]),
    fc.constantFrom(0, 1_000_000, 2 ** 45),
  )
  .map(([links, keyless, offset]) => {
    const withKeys = links.map((link) =>
      keyless.includes(link.seq) ? { ...link, missingKeys: [KEY] } : link,
    );
    return moved(markFrom(withKeys), offset);
  });

/** The mark with its numbers moved up. */
const moved = (mark: ChainMark, by: number): ChainMark => ({
  ...mark,
  frontier: mark.frontier + by,
  hash: by === 0 ? mark.hash : main(1).hash,
  islands: mark.islands.map((run) => ({ ...run, from: run.from + by, to: run.to + by })),
  keyless: mark.keyless.map((seq) => seq + by),
  ...(mark.disputedAt === undefined ? {} : { disputedAt: mark.disputedAt + by }),
});

const anyMarks = fc
  .dictionary(fc.constantFrom(...CHAINS), anyMark, { maxKeys: 5 })
  .map((chains) => new Map(Object.entries(chains)));
const isEmpty = (mark: ChainMark): boolean => JSON.stringify(mark) === JSON.stringify(NO_MARK);
const inOrder = (chains: ReadonlyMap<ChainId, ChainMark>): [ChainId, ChainMark][] =>
  CHAINS.flatMap((chain): [ChainId, ChainMark][] => {
    const mark = chains.get(chain);
    return mark === undefined || isEmpty(mark) ? [] : [[chain, mark]];
  });

describe('decodeMarks', () => {
  test.prop([anyMarks], { numRuns: LAW_RUNS })('reads encoded marks, without empty ones', (chains) => {
    expect([...valueOf(decodeMarks(A, encodeMarks(A, chains)))]).toEqual(inOrder(chains));
  });

  test.prop([anyMarks, fc.nat(), fc.integer({ min: 1, max: 255 })], { numRuns: LAW_RUNS })(
    'refuses changed bytes, or reads marks whose encoding they are',
    (chains, at, flip) => {
      const bytes = encodeMarks(A, chains);
      bytes[at % bytes.length] = (bytes[at % bytes.length] ?? 0) ^ flip;

      const read = decodeMarks(A, bytes);

      expect(read.ok ? encodeMarks(A, read.value) : bytes).toEqual(bytes);
    },
  );

  test.prop([fc.uint8Array({ maxLength: 60 })], { numRuns: LAW_RUNS })(
    'refuses random bytes, or reads marks whose encoding they are',
    (tail) => {
      const bytes = Uint8Array.from([1, ...tail]);
      const read = decodeMarks(A, bytes);

      expect(read.ok ? encodeMarks(A, read.value) : bytes).toEqual(bytes);
    },
  );

  test.prop([anyMarks, fc.nat()], { numRuns: LAW_RUNS })(
    'refuses truncated bytes and trailing bytes',
    (chains, cut) => {
      const bytes = encodeMarks(A, chains);

      expect(decodeMarks(A, bytes.subarray(0, cut % bytes.length)).ok).toBe(false);
      expect(refusalOf(decodeMarks(A, Uint8Array.from([...bytes, 0])))).toBe('bytes at bytes');
    },
  );

  it('refuses another version', () => {
    expect(refusalOf(decodeMarks(A, Uint8Array.from([2, 0])))).toBe('version at bytes');
    expect(refusalOf(decodeMarks(A, new Uint8Array()))).toBe('version at bytes');
    expect(valueOf(decodeMarks(A, Uint8Array.from([1, 0]))).size).toBe(0);
  });

  const hash = Array.from({ length: 16 }, () => 7);
  const island = [...hash, ...hash];

  it.each([
    ['a number in a longer form than needed', [1, 1, 0, 0, 0x85, 0x00, ...hash]],
    [
      'a number that JavaScript cannot hold',
      [1, 1, 0, 0, ...Array.from({ length: 8 }, () => 0xff), 0x7f, ...hash],
    ],
    [
      'a number beyond 2^53 in eight bytes',
      [1, 1, 0, 0, ...Array.from({ length: 7 }, () => 0xff), 0x7f, ...hash],
    ],
    ['more chains than there are', [1, 0x81, 0x02]],
    ['a chain beyond the last', [1, 1, 0x80, 0x02, 0, 5, ...hash]],
    ['an unknown flag', [1, 1, 0, 32, 5, ...hash]],
    ['a mark of nothing', [1, 1, 0, 0, 0, ...Array.from({ length: 16 }, () => 0)]],
    ['a hash where nothing is held', [1, 1, 0, 16, 0, ...hash, 3]],
    ['no islands where they are announced', [1, 1, 0, 1, 5, ...hash, 0]],
    [
      'more islands than fit',
      [1, 1, 0, 1, 5, ...hash, 9, ...Array.from({ length: 9 }, () => [0, 0, ...island]).flat()],
    ],
    [
      'an island whose end JavaScript cannot hold',
      [1, 1, 0, 1, 5, ...hash, 1, ...Array.from({ length: 7 }, () => 0xff), 0x0f, 9, ...island],
    ],
  ])('refuses %s', (_, bytes) => {
    expect(refusalOf(decodeMarks(A, Uint8Array.from(bytes)))).toBe('bytes at bytes');
  });
});

describe('encodeMarks', () => {
  const full = { ...NO_MARK, frontier: 1_000_000, hash: main(5).hash };

  it('needs about 5 KB for all chains of an origin', () => {
    // 2 + 1 bytes before, and 256 x (chain 1 + flags 1 + frontier 3 + hash 16).
    expect(encodeMarks(A, new Map(CHAINS.map((chain) => [chain, full]))).length).toBe(3 + 256 * 21);
  });

  it('schedule 26: stays far below the 400 KB of an item for any backlog', () => {
    const islands = Array.from({ length: MAX_ISLANDS }, (_, n) => {
      const from = (n + 2) * 2 ** 40;
      return { from, to: from + 2 ** 39, prev: START, hash: START };
    });
    const keyless = Array.from({ length: MAX_KEYLESS }, (_, n) => (n + 1) * 2 ** 40);
    const worst = {
      ...full,
      frontier: 2 ** 40,
      islands,
      more: true,
      keyless,
      moreKeyless: true,
      disputedAt: 2 ** 52,
    };
    const bytes = encodeMarks(A, new Map(CHAINS.map((chain) => [chain, worst])));

    expect(bytes.length).toBeLessThan(150_000);
    expect(valueOf(decodeMarks(A, bytes)).get(OTHER_CHAIN)).toEqual(worst);
  });

  it('writes the same bytes for any order of the chains, and nothing for other origins', () => {
    const marks: [ChainId, ChainMark][] = [
      [CHAIN, full],
      [OTHER_CHAIN, markFrom([main(2)])],
    ];

    expect(encodeMarks(A, new Map(marks.toReversed()))).toEqual(encodeMarks(A, new Map(marks)));
    expect([...encodeMarks('us-east-1.b1', new Map(marks))]).toEqual([1, 0]);
  });
});
