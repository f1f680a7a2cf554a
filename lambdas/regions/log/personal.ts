/**
 * Personal fields: ciphertext in events, which are never deleted, under keys, which can be deleted.
 *
 * Invariant 1: a key belongs to one subject and one origin. Only the origin that makes it seals with it, so two Regions never make the same
 * key, and an isolated Region can continue.
 * Invariant 2: an erasure is final for its subject. It covers every key of the subject, of any origin and age, including keys that a Region
 * makes before the erasure arrives there. A person who returns is a new subject.
 * Invariant 3: hashes and folds see ciphertext only, so they are the same in Regions with and without the key.
 */
import { createCipheriv, createDecipheriv } from 'node:crypto';
import { canonicalJson } from '../../shared/domain/hashing.ts';
import { accepted, refused } from '../change.ts';
import type { Put, Result } from '../change.ts';
import type { JsonValue, Origin } from './event.ts';

/** Name of a key: `<origin>#<subject>`. Like every key of an item it begins with the incarnation. */
export type KeyId = string;

/** Name of the key with which an origin seals a subject's fields. */
export const keyIdOf = (subject: string, origin: Origin): KeyId => `${origin}#${subject}`;

/** An item of the table `Keys`. A tombstone has the same bytes in every Region, so any of the writes may win. */
export type KeyRecord =
  | {
      readonly keyId: KeyId;
      readonly subject: string;
      readonly state: 'live';
      /** 32 random bytes, base64. */
      readonly key: string;
    }
  | { readonly keyId: KeyId; readonly subject: string; readonly state: 'erased' };

/** A personal field as the payload holds it; all bytes are base64url. */
export interface SealedField {
  /** Version of this form; marks the value as ciphertext. */
  readonly sealed: 1;
  readonly keyId: KeyId;
  /** Name of the field, e.g. `order.address`. Authenticated: ciphertext moved to another field does not open. */
  readonly name: string;
  /** 12 random bytes; never used twice with one key. */
  readonly iv: string;
  readonly text: string;
  /** 16 bytes: the authentication tag. */
  readonly tag: string;
}

const ALGORITHM = 'aes-256-gcm';
const TAG_BYTES = 16;
/** Bytes of a field's `iv`. */
export const IV_BYTES = 12;
/** Bytes of a key. */
export const KEY_BYTES = 32;

const boundTo = ({ keyId, name }: Pick<SealedField, 'keyId' | 'name'>): Buffer =>
  Buffer.from(canonicalJson([keyId, name]));

/**
 * Seals one field.
 * @param iv {@link IV_BYTES} fresh random bytes. Refused if the subject is erased.
 */
export function sealField(
  record: KeyRecord,
  name: string,
  value: JsonValue,
  iv: Uint8Array,
): Result<SealedField, 'subject_erased' | 'iv'> {
  if (record.state === 'erased') return refused('subject_erased', 'subject', 'a subject that is not erased');
  if (iv.length !== IV_BYTES) return refused('iv', 'iv', `${IV_BYTES} random bytes`);
  const cipher = createCipheriv(ALGORITHM, Buffer.from(record.key, 'base64'), iv, {
    authTagLength: TAG_BYTES,
  });
  cipher.setAAD(boundTo({ keyId: record.keyId, name }));
  const text = Buffer.concat([cipher.update(canonicalJson(value), 'utf8'), cipher.final()]);
  const bytes = { iv: base64url(iv), text: base64url(text), tag: base64url(cipher.getAuthTag()) };
  return accepted({ sealed: 1, keyId: record.keyId, name, ...bytes });
}

const base64url = (bytes: Uint8Array): string => Buffer.from(bytes).toString('base64url');

/** Result of opening a sealed field. */
export type Opened =
  | { readonly kind: 'open'; readonly value: JsonValue }
  /** The subject was erased: the field can never be read again. */
  | { readonly kind: 'erased' }
  /** The key has not arrived yet, or was lost with its Region. */
  | { readonly kind: 'no_key' }
  /** The key does not open it: the field was changed or moved. */
  | { readonly kind: 'damaged' };

/** Opens one field with the record that is stored for its key. */
export function openField(field: SealedField, record: KeyRecord | undefined): Opened {
  if (record === undefined || record.keyId !== field.keyId) return { kind: 'no_key' };
  if (record.state === 'erased') return { kind: 'erased' };
  try {
    return { kind: 'open', value: decrypt(field, record.key) };
  } catch {
    return { kind: 'damaged' };
  }
}

function decrypt(field: SealedField, key: string): JsonValue {
  const iv = Buffer.from(field.iv, 'base64url');
  const cipher = createDecipheriv(ALGORITHM, Buffer.from(key, 'base64'), iv, { authTagLength: TAG_BYTES });
  cipher.setAAD(boundTo(field));
  cipher.setAuthTag(Buffer.from(field.tag, 'base64url'));
  const text = Buffer.concat([cipher.update(field.text, 'base64url'), cipher.final()]);
  const value: JsonValue = JSON.parse(text.toString('utf8'));
  return value;
}

/**
 * Distinct values among concurrent ones, in the given order. Folds compare event ids, since equal texts have different ciphertexts;
 * therefore the reader removes conflicts between equal values here. Values that cannot be opened are kept.
 */
export function distinctValues(opened: readonly Opened[]): readonly Opened[] {
  const known = new Set<string>();
  return opened.filter((one) => {
    if (one.kind !== 'open') return true;
    const text = canonicalJson(one.value);
    return known.has(text) ? false : known.add(text).has(text);
  });
}

/**
 * The key with which an origin seals a subject's fields: the stored key, or a new key to put in the transaction that uses it.
 * @param erased whether this Region has folded an erasure of the subject.
 * @param random {@link KEY_BYTES} fresh random bytes, used only if there is no key yet.
 */
export function keyForSealing(
  subject: string,
  origin: Origin,
  known: { readonly stored: KeyRecord | undefined; readonly erased: boolean },
  random: Uint8Array,
): Result<{ readonly record: KeyRecord; readonly put?: Put<KeyRecord> }, 'subject_erased' | 'key'> {
  const { stored, erased } = known;
  if (erased || stored?.state === 'erased')
    return refused('subject_erased', 'subject', 'a subject that is not erased');
  if (stored !== undefined) return accepted({ record: stored });
  if (random.length !== KEY_BYTES) return refused('key', 'random', `${KEY_BYTES} random bytes`);
  const keyId = keyIdOf(subject, origin);
  const record = { keyId, subject, state: 'live', key: Buffer.from(random).toString('base64') } as const;
  return accepted({ record, put: { kind: 'put', key: keyId, condition: { kind: 'absent' }, next: record } });
}

/** Replaces a key by its tombstone unconditionally. Redelivery writes the same bytes again. */
export interface Tombstone {
  readonly kind: 'tombstone';
  readonly key: KeyId;
  readonly next: KeyRecord;
}

/**
 * Keys that an erasure still has to replace. Called when the erasure is folded, when a key arrives, and by the periodic walk: a key that an
 * isolated Region made can arrive after the erasure and is replaced like any other.
 * @param erased subjects of which this Region has folded an erasure.
 */
export const planErasure = (
  stored: readonly KeyRecord[],
  erased: ReadonlySet<string>,
): readonly Tombstone[] =>
  stored
    .filter(({ state, subject }) => state === 'live' && erased.has(subject))
    .map(({ keyId, subject }) => ({
      kind: 'tombstone',
      key: keyId,
      next: { keyId, subject, state: 'erased' },
    }));
