import { fc, test } from '@fast-check/vitest';
import { describe, expect, it } from 'vitest';
import {
  hashOfBody,
  MAX_BODY_BYTES,
  readBody,
  readEvent,
  sealEvent,
  storedFormOf,
} from '../../../../lambdas/regions/log/body.ts';
import type { StoredEvent } from '../../../../lambdas/regions/log/body.ts';
import { chainOf, shardOf } from '../../../../lambdas/regions/log/chain.ts';
import type { JsonValue } from '../../../../lambdas/regions/log/event.ts';
import { LAW_RUNS } from '../laws.ts';
import { A, B, CART, contentOf, eventOf, placeOf, refusalOf, valueOf } from './lab.ts';

const anyPayload = fc
  .jsonValue({ maxDepth: 3, stringUnit: 'grapheme' })
  .map((value): JsonValue => parsed(JSON.stringify(value)));

function parsed(text: string): JsonValue {
  const value: JsonValue = JSON.parse(text);
  return value;
}

/** An item whose body was made by other code, with these fields replaced. */
function itemWith(over: Record<string, unknown>): StoredEvent {
  const body = JSON.stringify({ ...contentOf(), ...placeOf(), ...over });
  return { ...storedFormOf(eventOf()), body, hash: hashOfBody(body) };
}

describe('sealEvent', () => {
  test.prop([anyPayload], { numRuns: LAW_RUNS })(
    'writes an event that every reader reads equally',
    (payload) => {
      const event = valueOf(sealEvent(placeOf(), contentOf({ payload })));

      expect(valueOf(readEvent(storedFormOf(event)))).toEqual(event);
      expect(valueOf(readBody(event.body))).toEqual(event);
    },
  );

  it('stores deadline and keys only if present', () => {
    const deadlineAtMs = 1_800_000_000_000;

    expect(eventOf({ deadlineAtMs, keys: ['k1', 'k2'] })).toMatchObject({ deadlineAtMs, keys: ['k1', 'k2'] });
    expect(Object.keys(eventOf())).not.toContain('deadlineAtMs');
    expect(Object.keys(eventOf())).not.toContain('keys');
  });

  it('hashes the bytes of the body', () => {
    // printf '%s' "$body" | sha256sum
    expect(hashOfBody('{"sku":"Ente 🦆"}')).toBe(
      'e4c6e1a2fd2516da2fad07038354a3f5795a92907439ecf5c0188f5dd7614410',
    );
  });

  it('refuses values without a JSON form', () => {
    const payload = { text: '\ud800' };

    expect(refusalOf(sealEvent(placeOf(), contentOf({ payload })))).toBe('body_form at payload');
  });

  it('accepts the longest body and refuses a longer one', () => {
    const spare = MAX_BODY_BYTES - Buffer.byteLength(eventOf({ payload: '' }).body);

    expect(sealEvent(placeOf(), contentOf({ payload: 'x'.repeat(spare) })).ok).toBe(true);
    expect(refusalOf(sealEvent(placeOf(), contentOf({ payload: `é${'x'.repeat(spare - 1)}` })))).toBe(
      'body_size at payload',
    );
  });

  it('refuses a chain of another origin or shard', () => {
    const shard = shardOf(CART);
    const elsewhere = [chainOf(B, shard, 0), chainOf(A, (shard + 1) % 64, 0), chainOf(A, shard, 4), 'x'];

    expect(elsewhere.map((chain) => refusalOf(sealEvent(placeOf({ chain }), contentOf())))).toEqual(
      elsewhere.map(() => 'body_field at chain'),
    );
  });
});

describe('readEvent', () => {
  test.prop([fc.nat(), fc.integer({ min: 1, max: 255 })], { numRuns: LAW_RUNS })(
    'refuses a body in which one byte differs',
    (at, flip) => {
      const stored = storedFormOf(EVENT);
      const bytes = Buffer.from(stored.body);
      const index = at % bytes.length;
      bytes[index] = (bytes[index] ?? 0) ^ flip;

      expect(refusalOf(readEvent({ ...stored, body: bytes.toString('latin1') }))).toBe('body_hash at hash');
    },
  );

  it.each(['entity', 'id', 'chain', 'chainSeq'] as const)(
    'refuses an item under another %s than its own',
    (key) => {
      const stored = storedFormOf(EVENT);

      expect(refusalOf(readEvent({ ...stored, [key]: key === 'chainSeq' ? 2 : 'other' }))).toBe(
        `body_key at ${key}`,
      );
    },
  );

  it('schedule 15: newer fields, types and versions are kept byte for byte', () => {
    const newer = { type: 'cart.gift-wrapped', schemaVersion: 9, ribbon: { colour: 'red' }, zeta: 1 };
    const item = itemWith(newer);

    const event = valueOf(readEvent(item));

    expect(event).toMatchObject({ type: 'cart.gift-wrapped', schemaVersion: 9 });
    expect(storedFormOf(event)).toEqual(item);
    expect(event.body).toContain('"ribbon":{"colour":"red"}');
  });

  it('schedule 15: an event rebuilt from its fields is a different event', () => {
    const item = itemWith({ ribbon: 'red' });
    const event = valueOf(readEvent(item));

    const again = valueOf(sealEvent(event, event));

    expect(Object.keys(parsed(again.body) ?? {})).not.toContain('body');
    expect(again.id).toBe(event.id);
    expect(again.hash).not.toBe(event.hash);
  });

  it.each([
    ['entity', ''],
    ['entity', 5],
    ['origin', 'no-incarnation'],
    ['origin', 'eu.a.b'],
    ['origin', 5],
    ['origin', [A]],
    ['entitySeq', 0],
    ['entitySeq', '1'],
    ['chain', null],
    ['chainSeq', 1.5],
    ['type', ''],
    ['schemaVersion', 0],
    ['hlc', { wallMs: -1, counter: 0 }],
    ['commandId', ''],
    ['seen', { vector: {} }],
    ['deadlineAtMs', 'tomorrow'],
    ['keys', ['b', 'a']],
    ['keys', ['a', 'a']],
    ['keys', 'a'],
    ['keys', [1]],
    ['payload', undefined],
    ['prev', 'abc'],
    ['prev', 5],
    ['prev', ['0'.repeat(64)]],
    ['prev', `0${'0'.repeat(64)}`],
    ['prev', `x${'0'.repeat(64)}`],
    ['prev', `${'0'.repeat(64)}x`],
  ])('refuses a body whose %s is %j', (field, value) => {
    expect(refusalOf(readEvent(itemWith({ [field]: value })))).toBe(`body_field at ${field}`);
  });

  it.each(['', '{', 'null', '[]', '"text"', '5'])('refuses %j, which is not an object', (body) => {
    expect(refusalOf(readBody(body))).toBe('body_form at body');
  });

  test.prop([fc.string({ unit: 'binary' })], { numRuns: LAW_RUNS })(
    'refuses any other text without throwing',
    (body) => {
      expect(readBody(body).ok).toBe(false);
    },
  );

  it('reads deeply nested JSON without a stack overflow', () => {
    const depth = 100_000;

    expect(refusalOf(readBody('['.repeat(depth) + ']'.repeat(depth)))).toBe('body_form at body');
  });
});

const EVENT = eventOf({ keys: ['k1'], seen: { vector: { [B]: 2 }, beyond: [`${B}#5`] } });
