import { fc, test } from '@fast-check/vitest';
import { describe, expect, it } from 'vitest';
import { seenOf } from '../../../../lambdas/regions/log/seen.ts';
import {
  checkToken,
  decodeToken,
  encodeToken,
  MAX_TOKEN_ENTRIES,
  MAX_TOKEN_LENGTH,
} from '../../../../lambdas/regions/log/token.ts';
import { LAW_RUNS } from '../laws.ts';
import { A, B, CART, refusalOf, valueOf } from './lab.ts';

const ORDER = 'order#o1';
const entry = fc.record({
  entity: fc.string({ minLength: 1, unit: 'grapheme' }),
  seen: fc
    .array(fc.record({ origin: fc.constantFrom(A, B), entitySeq: fc.integer({ min: 1, max: 9 }) }))
    .map((names) => seenOf({}, names)),
});

const textOf = (value: unknown): string => Buffer.from(JSON.stringify(value)).toString('base64url');

describe('decodeToken', () => {
  test.prop([fc.array(entry, { minLength: 1, maxLength: MAX_TOKEN_ENTRIES })], { numRuns: LAW_RUNS })(
    'reads what was encoded, from text that fits into a header',
    (entries) => {
      const text = encodeToken(entries);

      expect(valueOf(decodeToken(text))).toEqual(entries);
      expect(text).toMatch(/^[\w-]+$/);
    },
  );

  test.prop([fc.string({ unit: 'binary' })], { numRuns: LAW_RUNS })('refuses any other text', (text) => {
    expect(refusalOf(decodeToken(text))).toBe('token at token');
  });

  const sound = { entity: CART, seen: { vector: { [A]: 1 }, beyond: [] } };

  it.each([
    ['another version', { v: 2, e: [sound] }],
    ['no entries', { v: 1, e: [] }],
    ['too many entries', { v: 1, e: Array.from({ length: MAX_TOKEN_ENTRIES + 1 }, () => sound) }],
    ['an entity without a name', { v: 1, e: [{ ...sound, entity: '' }] }],
    ['a malformed vector', { v: 1, e: [{ ...sound, seen: { vector: { [A]: -1 }, beyond: [] } }] }],
    ['unknown fields', { v: 1, e: [sound], more: 1 }],
  ])('refuses %s', (_, value) => {
    expect(refusalOf(decodeToken(textOf(value)))).toBe('token at token');
  });

  it('refuses a text that is too long for a header', () => {
    const long = { entity: 'x'.repeat(MAX_TOKEN_LENGTH), seen: sound.seen };

    expect(refusalOf(decodeToken(encodeToken([long])))).toBe('token at token');
  });
});

describe('checkToken', () => {
  const token = [
    { entity: CART, seen: seenOf({ [A]: 3, [B]: 1 }, []) },
    { entity: ORDER, seen: seenOf({ [A]: 1 }, []) },
  ];

  it('is satisfied by a Region that holds at least the events of the token', () => {
    expect(checkToken(token, () => seenOf({ [A]: 3, [B]: 7 }, []), new Set())).toEqual({
      stale: [],
      lost: [],
    });
  });

  it('names events that have not arrived yet', () => {
    const held = new Map([[CART, seenOf({ [A]: 1, [B]: 1 }, [{ origin: A, entitySeq: 3 }])]]);

    expect(checkToken(token, (entity) => held.get(entity), new Set())).toEqual({
      stale: [
        { entity: CART, origin: A, fromSeq: 2, toSeq: 2 },
        { entity: ORDER, origin: A, fromSeq: 1, toSeq: 1 },
      ],
      lost: [],
    });
  });

  it('reports as lost exactly the events that were lost with a closed origin', () => {
    expect(checkToken(token, () => undefined, new Set([A]))).toEqual({
      stale: [{ entity: CART, origin: B, fromSeq: 1, toSeq: 1 }],
      lost: [
        { entity: CART, origin: A, fromSeq: 1, toSeq: 3 },
        { entity: ORDER, origin: A, fromSeq: 1, toSeq: 1 },
      ],
    });
  });
});
