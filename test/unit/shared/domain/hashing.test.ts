import { fc, test } from '@fast-check/vitest';
import { describe, expect, it } from 'vitest';
import {
  canonicalJson,
  fingerprintOf,
  fractionOf,
  hashOf,
  sha256Hex,
} from '../../../../lambdas/shared/domain/hashing.ts';
import {
  deriveTaskId,
  effectKeyOf,
  executionNameOf,
  taskHashOf,
} from '../../../../lambdas/queue/domain/task/identity.ts';
import { actionOf, resultOf, snapshotOf } from '../../../helpers/builders.ts';

/** The same value with the keys of every object in the opposite order. */
function reversed(value: unknown): unknown {
  if (Array.isArray(value)) return value.map(reversed);
  if (typeof value !== 'object' || value === null) return value;
  return Object.fromEntries(
    Object.entries(value)
      .toReversed()
      .map(([key, inner]) => [key, reversed(inner)]),
  );
}

describe('canonicalJson', () => {
  it('gives the vector of RFC 8785, section 3.2.3', () => {
    const value: unknown = JSON.parse(String.raw`{
      "numbers": [333333333.33333329, 1E30, 4.50, 2e-3, 0.000000000000000000000000001],
      "string": "\u20ac$\u000F\u000aA'\u0042\u0022\u005c\\\"\/",
      "literals": [null, true, false]
    }`);

    expect(canonicalJson(value)).toBe(
      String.raw`{"literals":[null,true,false],"numbers":[333333333.3333333,1e+30,4.5,0.002,1e-27],"string":"€$\u000f\nA'B\"\\\\\"/"}`,
    );
  });

  it('sorts keys by UTF-16 code units, as RFC 8785 section 3.2.3 lists them', () => {
    const value = {
      '\u20ac': 'Euro Sign',
      '\r': 'Carriage Return',
      '\ufb33': 'Hebrew Letter Dalet With Dagesh',
      '1': 'One',
      '\ud83d\ude00': 'Emoji: Grinning Face',
      '\u0080': 'Control',
      '\u00f6': 'Latin Small Letter O With Diaeresis',
    };
    const texts = [...canonicalJson(value).matchAll(/:"([^"]+)"/g)].map(([, text]) => text);

    expect(texts).toEqual([
      'Carriage Return',
      'One',
      'Control',
      'Latin Small Letter O With Diaeresis',
      'Euro Sign',
      'Emoji: Grinning Face',
      'Hebrew Letter Dalet With Dagesh',
    ]);
  });

  it.each([
    ['-0', -0, '0'],
    ['the largest double', Number.MAX_VALUE, '1.7976931348623157e+308'],
    ['the smallest double', 5e-324, '5e-324'],
    ['an exponent as an integer', 1e20, '100000000000000000000'],
    ['an exponent of 21', 1e21, '1e+21'],
  ])('writes %s as RFC 8785 appendix B does', (_name, value, text) => {
    expect(canonicalJson(value)).toBe(text);
  });

  test.prop([fc.jsonValue()])('is independent of the order of keys', (value) => {
    expect(canonicalJson(reversed(value))).toBe(canonicalJson(value));
  });

  test.prop([fc.jsonValue()])('keeps the value', (value) => {
    const plain: unknown = JSON.parse(JSON.stringify(value));

    expect(JSON.parse(canonicalJson(value))).toEqual(plain);
  });

  it.each([undefined, () => 1, Number.NaN, Number.POSITIVE_INFINITY])(
    'refuses %s, which has no JSON form',
    (value) => {
      expect(() => canonicalJson(value)).toThrow(/expected|not allowed|NaN|Infinity/);
    },
  );
});

describe('hashes', () => {
  it('are SHA-256 over UTF-8', () => {
    expect(sha256Hex('abc')).toBe('ba7816bf8f01cfea414140de5dae2223b00361a396177a9cb410ff61f20015ad');
    expect(sha256Hex('東京 Łódź')).toBe('f883f7cff7bdd2f0102812eeaa3e3862dd575531884793712bc12a1dd3c6a229');
  });

  it('distinguish composed from decomposed Unicode, without normalisation', () => {
    expect(hashOf('\u00e9')).not.toBe(hashOf('e\u0301'));
  });

  test.prop([fc.string(), fc.string(), fc.string(), fc.string()])(
    'name a task by the pair of quote and key, not by their concatenation',
    (quoteA, keyA, quoteB, keyB) => {
      const same = quoteA === quoteB && keyA === keyB;

      expect(deriveTaskId(quoteA, keyA) === deriveTaskId(quoteB, keyB)).toBe(same);
    },
  );

  it('give another task id if a character moves between quote and key', () => {
    expect(deriveTaskId('Q-1', '23')).not.toBe(deriveTaskId('Q-12', '3'));
  });

  it('give this fixed task id on every machine', () => {
    expect(deriveTaskId('Q-1001', 'key-1')).toBe('task-768c0c57941aa7e109e335705909cf0e6972f4d9');
  });

  it('leave room for a generation in the 80 characters of an execution name', () => {
    expect(executionNameOf(deriveTaskId('Q', 'k'), 999_999_999).length).toBeLessThanOrEqual(80);
    expect(executionNameOf('task-a', 2)).toBe('task-a-2');
  });

  it('change with quote, kind and payload only', () => {
    const { kind, payload } = actionOf('crm.sync');
    const base = taskHashOf('Q-1001', kind, payload);

    expect(taskHashOf('Q-1001', kind, reversed(payload))).toBe(base);
    expect(taskHashOf('Q-1002', kind, payload)).not.toBe(base);
    expect(taskHashOf('Q-1001', 'pdf.render', payload)).not.toBe(base);
    expect(taskHashOf('Q-1001', kind, { snapshot: snapshotOf({ revision: 2 }) })).not.toBe(base);
  });

  it('include every field of a result in the fingerprint', () => {
    const base = fingerprintOf(resultOf());

    for (const field of ['provider', 'externalId', 'location', 'contentHash'] as const) {
      expect(fingerprintOf(resultOf({ [field]: 'other' }))).not.toBe(base);
    }
  });

  it('exclude attempt, driver and Region from the effect key', () => {
    expect(effectKeyOf('crm.sync', 'task-a')).toBe('crm.sync:task-a');
  });

  test.prop([fc.array(fc.oneof(fc.string(), fc.integer()))])('give fractions in [0, 1)', (parts) => {
    expect(fractionOf(...parts)).toBeGreaterThanOrEqual(0);
    expect(fractionOf(...parts)).toBeLessThan(1);
  });
});
