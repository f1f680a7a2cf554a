/** Hashes and fingerprints: SHA-256 over RFC 8785 canonical JSON. */
import { createHash } from 'node:crypto';
import canonicalize from 'canonicalize';
import type { EffectResult } from '../contracts/effects.ts';

/**
 * RFC 8785 form of a JSON value: the same bytes for every order of keys and every notation of numbers.
 * @throws {TypeError} when the value has no JSON form.
 */
export function canonicalJson(value: unknown): string {
  const text = canonicalize(value);
  if (text === undefined) throw new TypeError('expected a value with a JSON form');
  return text;
}

/** SHA-256 of a text's UTF-8 bytes, as 64 lower-case hex digits. */
export const sha256Hex = (text: string): string => createHash('sha256').update(text, 'utf8').digest('hex');

/** SHA-256 of a value's canonical JSON, as 64 lower-case hex digits. */
export const hashOf = (value: unknown): string => sha256Hex(canonicalJson(value));

/** Fingerprint of a result; compared on every replay. */
export const fingerprintOf = (result: EffectResult): string => hashOf(result);

/** A fraction in [0, 1) that depends on the parts only: the same on every machine, spread evenly over tasks. */
export function fractionOf(...parts: readonly (string | number)[]): number {
  const bits = 48;
  return Number.parseInt(hashOf(parts).slice(0, bits / 4), 16) / 2 ** bits;
}
