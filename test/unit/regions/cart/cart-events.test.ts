import { fc, test } from '@fast-check/vitest';
import { describe, expect, it } from 'vitest';
import { readLineFact } from '../../../../lambdas/regions/cart/cart-events.ts';
import { CART_RULES } from '../../../../lambdas/regions/cart/cart-fold.ts';
import { MAX_QUANTITY, readFact } from '../../../../lambdas/regions/folds/facts.ts';
import type { JsonValue } from '../../../../lambdas/regions/log/event.ts';
import { LAW_RUNS } from '../laws.ts';
import { eventOf } from '../folds/history.ts';

const type = fc.constantFrom(
  'cart.item_added',
  'cart.item_set',
  'cart.item_removed',
  'cart.merged',
  'cart.unknown',
);

const sku = fc.oneof(
  fc.constantFrom('', 'x', 'x'.repeat(200), 'x'.repeat(201), '🦆'.repeat(100), '🦆'.repeat(101)),
  fc.string(),
  jsonValue(),
);
const quantity = fc.oneof(
  fc.constantFrom(-1, -0, 0, 1, 1.5, MAX_QUANTITY, MAX_QUANTITY + 1, 2 ** 53, 1e300, '1'),
  fc.integer(),
  jsonValue(),
);
const payload = fc.oneof(
  { weight: 8, arbitrary: fc.record({ sku, quantity, more: fc.boolean() }, { requiredKeys: [] }) },
  { weight: 1, arbitrary: fc.array(fc.constantFrom('sku', 'quantity')) },
  { weight: 1, arbitrary: jsonValue() },
);

function jsonValue(): fc.Arbitrary<JsonValue> {
  return fc.jsonValue({ maxDepth: 1 }).map((value): JsonValue => JSON.parse(JSON.stringify(value)));
}

describe('readLineFact', () => {
  test.prop([type, payload], { numRuns: LAW_RUNS })(
    'changes nothing of what the schema alone reads',
    (name, value) => {
      const event = eventOf({ entity: 'cart#k1', at: 'a', seq: 1, type: name, payload: value });

      expect(readFact(CART_RULES, event)).toEqual(readFact({ schema: CART_RULES.schema }, event));
    },
  );

  it.each([
    ['cart.item_added', { sku: 'x', quantity: 1 }],
    ['cart.item_added', { sku: 'x'.repeat(200), quantity: MAX_QUANTITY }],
    ['cart.item_set', { sku: 'x', quantity: 0 }],
    ['cart.item_removed', { sku: 'x' }],
  ])('reads %s of %j', (name, value) => {
    expect(readLineFact({ type: name, payload: value })).toEqual({ type: name, payload: value });
  });

  it('leaves out fields that the schema does not name', () => {
    const newer = { sku: 'x', quantity: 2, ribbon: 'red' };

    expect(readLineFact({ type: 'cart.item_removed', payload: newer })).toEqual({
      type: 'cart.item_removed',
      payload: { sku: 'x' },
    });
  });

  it.each([
    ['cart.item_added', { sku: 'x', quantity: 0 }],
    ['cart.item_added', { sku: 'x', quantity: MAX_QUANTITY + 1 }],
    ['cart.item_added', { sku: 'x', quantity: 1.5 }],
    ['cart.item_set', { sku: 'x', quantity: -1 }],
    ['cart.item_set', { sku: '', quantity: 1 }],
    ['cart.item_removed', { sku: 'x'.repeat(201) }],
    ['cart.item_removed', ['x']],
    ['cart.item_removed', null],
  ])('does not read %s of %j', (name, value) => {
    expect(readLineFact({ type: name, payload: value })).toBeUndefined();
  });
});
