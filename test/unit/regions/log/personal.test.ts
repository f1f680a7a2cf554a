import { fc, test } from '@fast-check/vitest';
import { describe, expect, it } from 'vitest';
import type { JsonValue } from '../../../../lambdas/regions/log/event.ts';
import {
  distinctValues,
  IV_BYTES,
  KEY_BYTES,
  keyForSealing,
  keyIdOf,
  openField,
  planErasure,
  sealField,
} from '../../../../lambdas/regions/log/personal.ts';
import type { KeyRecord, Opened, SealedField } from '../../../../lambdas/regions/log/personal.ts';
import { LAW_RUNS } from '../laws.ts';
import { A, B, refusalOf, valueOf } from './lab.ts';

const SUBJECT = 'account-7';
const bytes = (length: number, fill: number): Uint8Array => new Uint8Array(length).fill(fill);
const IV = bytes(IV_BYTES, 1);
const NEW = { stored: undefined, erased: false };

const keyAt = (origin: string, fill = 1, subject = SUBJECT): KeyRecord =>
  valueOf(keyForSealing(subject, origin, NEW, bytes(KEY_BYTES, fill))).record;
const sealed = (value: JsonValue, record = keyAt(A), iv = IV): SealedField =>
  valueOf(sealField(record, 'order.address', value, iv));
/** The stored records after the tombstones are written. */
const erase = (stored: readonly KeyRecord[], subjects: readonly string[]): readonly KeyRecord[] => {
  const tombstones = planErasure(stored, new Set(subjects));
  return stored.map((record) => tombstones.find(({ key }) => key === record.keyId)?.next ?? record);
};

describe('openField', () => {
  test.prop([fc.string({ unit: 'grapheme' }), fc.uint8Array({ minLength: IV_BYTES, maxLength: IV_BYTES })], {
    numRuns: LAW_RUNS,
  })('opens a field that was sealed with the same key', (text, iv) => {
    expect(openField(sealed({ text }, keyAt(A), iv), keyAt(A))).toEqual({ kind: 'open', value: { text } });
  });

  it('does not open a changed or moved field', () => {
    const field = sealed('Duck Street 1');
    const other = sealed('Duck Street 2', keyAt(A), bytes(IV_BYTES, 2));
    const changed = [
      { ...field, name: 'order.phone' },
      { ...field, text: other.text },
      { ...field, iv: other.iv },
      { ...field, tag: other.tag },
      { ...field, tag: field.tag.slice(0, 6) },
    ];

    expect(changed.map((one) => openField(one, keyAt(A)).kind)).toEqual(changed.map(() => 'damaged'));
    expect(openField(field, keyAt(A, 2)).kind).toBe('damaged');
  });

  it('distinguishes an absent key from an erased one', () => {
    const field = sealed('Duck Street 1');

    expect(openField(field, undefined)).toEqual({ kind: 'no_key' });
    expect(openField(field, keyAt(B))).toEqual({ kind: 'no_key' });
    expect(openField(field, erase([keyAt(A)], [SUBJECT])[0])).toEqual({ kind: 'erased' });
  });

  it('leaves no plain text in the field', () => {
    const field = sealed('Duck Street 1');

    expect(Buffer.from(field.text, 'base64url').toString('latin1')).not.toContain('Duck');
    expect(field).toMatchObject({ sealed: 1, keyId: `${A}#${SUBJECT}`, name: 'order.address' });
  });
});

describe('sealField', () => {
  it('refuses an erased subject and a short iv', () => {
    const [tombstone] = erase([keyAt(A)], [SUBJECT]);

    expect(refusalOf(sealField(tombstone ?? keyAt(A), 'name', 'x', IV))).toBe('subject_erased at subject');
    expect(refusalOf(sealField(keyAt(A), 'name', 'x', bytes(8, 1)))).toBe('iv at iv');
  });
});

describe('keyForSealing', () => {
  it('makes one key per subject and origin, on the condition that it is absent', () => {
    const made = valueOf(keyForSealing(SUBJECT, A, NEW, bytes(KEY_BYTES, 1)));

    expect(made.put).toEqual({
      kind: 'put',
      key: keyIdOf(SUBJECT, A),
      condition: { kind: 'absent' },
      next: made.record,
    });
    const again = valueOf(
      keyForSealing(SUBJECT, A, { stored: made.record, erased: false }, bytes(KEY_BYTES, 2)),
    );
    expect(again).toEqual({ record: made.record });
    expect(keyIdOf(SUBJECT, B)).not.toBe(keyIdOf(SUBJECT, A));
  });

  it('refuses an erased subject, in any order of its key and its erasure', () => {
    const [tombstone] = erase([keyAt(A)], [SUBJECT]);
    const random = bytes(KEY_BYTES, 1);

    expect([
      refusalOf(keyForSealing(SUBJECT, A, { stored: tombstone, erased: false }, random)),
      refusalOf(keyForSealing(SUBJECT, A, { stored: undefined, erased: true }, random)),
      refusalOf(keyForSealing(SUBJECT, A, { stored: keyAt(A), erased: true }, random)),
    ]).toEqual(Array.from({ length: 3 }, () => 'subject_erased at subject'));
  });

  it('refuses a short key', () => {
    expect(refusalOf(keyForSealing(SUBJECT, A, NEW, bytes(16, 1)))).toBe('key at random');
  });
});

describe('planErasure', () => {
  it('schedule 27: replaces a key that an isolated Region made after the erasure when it arrives', () => {
    const atB = erase([keyAt(B)], [SUBJECT]);
    const madeAtA = keyAt(A, 9);
    const field = sealed('Duck Street 1', madeAtA);

    const afterHeal = erase([...atB, madeAtA], [SUBJECT]);

    expect(afterHeal.map(({ state }) => state)).toEqual(['erased', 'erased']);
    expect(openField(field, afterHeal[1])).toEqual({ kind: 'erased' });
    expect(JSON.stringify(afterHeal)).not.toContain(madeAtA.state === 'live' ? madeAtA.key : 'live');
  });

  it('ignores other subjects and existing tombstones', () => {
    const other = keyAt(A, 1, 'account-8');

    const erased = erase([keyAt(A), other], [SUBJECT]);

    expect(erased[1]).toEqual(other);
    expect(planErasure(erased, new Set([SUBJECT]))).toEqual([]);
  });

  it('replaces a live key by a tombstone without key material', () => {
    const { keyId } = keyAt(A);

    expect(planErasure([keyAt(A)], new Set([SUBJECT]))).toEqual([
      { kind: 'tombstone', key: keyId, next: { keyId, subject: SUBJECT, state: 'erased' } },
    ]);
  });

  it('writes the same tombstone in every Region', () => {
    expect(planErasure([keyAt(A, 1)], new Set([SUBJECT]))).toEqual(
      planErasure([keyAt(A, 2)], new Set([SUBJECT])),
    );
  });
});

describe('distinctValues', () => {
  it('hides a conflict of equal text whose ciphertext differs', () => {
    const street = { street: 'Duck Street', number: 1 };
    const [here, there] = [sealed(street), sealed({ number: 1, street: 'Duck Street' }, keyAt(B, 2))];
    const opened = [openField(here, keyAt(A)), openField(there, keyAt(B, 2))];

    expect(here.text).not.toBe(there.text);
    expect(distinctValues(opened)).toEqual([{ kind: 'open', value: street }]);
  });

  it('keeps different values in order, and values that cannot be opened', () => {
    const opened: Opened[] = [
      { kind: 'open', value: 'a' },
      { kind: 'no_key' },
      { kind: 'open', value: 'b' },
      { kind: 'no_key' },
    ];

    expect(distinctValues(opened)).toEqual(opened);
  });
});
