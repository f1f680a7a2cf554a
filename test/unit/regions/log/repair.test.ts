import { describe, expect, it } from 'vitest';
import { storedFormOf } from '../../../../lambdas/regions/log/body.ts';
import { planRepair } from '../../../../lambdas/regions/log/repair.ts';
import { CART, eventOf, refusalOf, valueOf } from './lab.ts';

const event = eventOf();
const wanted = { entity: CART, id: event.id };
const stored = storedFormOf(event);
const damaged = { ...stored, body: stored.body.replace('"quantity":2', '"quantity":9') };

describe('planRepair', () => {
  it('puts a missing event on the condition that it is still missing', () => {
    expect(valueOf(planRepair(wanted, undefined, event.body))).toEqual({ kind: 'put_absent', next: stored });
  });

  it('does nothing if the same bytes are stored', () => {
    expect(valueOf(planRepair(wanted, stored, event.body))).toBeUndefined();
  });

  it('schedule 6: replaces a damaged copy by verified bytes, on the condition that the damaged bytes are still stored', () => {
    expect(valueOf(planRepair(wanted, damaged, event.body))).toEqual({
      kind: 'replace',
      whenStored: damaged,
      next: stored,
    });
  });

  it('schedule 6: replaces a copy with a wrong key attribute like a damaged one', () => {
    const misplaced = { ...stored, chainSeq: 7 };

    expect(valueOf(planRepair(wanted, misplaced, event.body))).toMatchObject({
      kind: 'replace',
      whenStored: misplaced,
    });
  });

  it('schedule 6: replaces a valid event under the key of another event', () => {
    const other = storedFormOf(eventOf({}, { entitySeq: 2, chainSeq: 2 }));

    expect(valueOf(planRepair(wanted, other, event.body))).toMatchObject({
      kind: 'replace',
      whenStored: other,
    });
  });

  it('refuses bytes that are not the event', () => {
    const foreign = eventOf({}, { entitySeq: 2, chainSeq: 2 });
    const refused = [damaged.body.slice(1), foreign.body].map((body) =>
      refusalOf(planRepair(wanted, damaged, body)),
    );

    expect(refused).toEqual(['unverified at body', 'unverified at body']);
    expect(refusalOf(planRepair({ ...wanted, entity: 'cart#c2' }, undefined, event.body))).toBe(
      'unverified at body',
    );
  });

  it('never chooses between two valid events with one name', () => {
    const other = eventOf({ payload: { sku: 'SKU-1', quantity: 9 } });

    expect(refusalOf(planRepair(wanted, stored, other.body))).toBe('equivocation at hash');
  });
});
