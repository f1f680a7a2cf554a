/**
 * Keys of agreements about e-mail addresses: HMACs, so that the table of agreements holds no address.
 *
 * All Regions use one secret, which is never rotated: with another secret, a taken address would look free.
 */
import { createHmac } from 'node:crypto';
import { accepted, refused } from '../change.ts';
import type { Result } from '../change.ts';

/** Shortest secret in bytes: as long as the hash. */
export const MIN_SECRET_BYTES = 32;
/** Longest address in characters (RFC 5321: 64 before the @, 255 after it). */
const MAX_ADDRESS_LENGTH = 320;

/**
 * Normalises addresses that every mail provider treats alike: composed characters, lower case, trimmed. Rules of individual providers
 * (dots, tags after +) are not applied: at other providers such addresses can belong to two people.
 */
const spellingOf = (address: string): string => address.trim().normalize('NFC').toLowerCase();

/** Key of the agreement about an address. Refused if the text is not an address or the secret is too short. */
export function emailKeyOf(address: string, secret: Uint8Array): Result<string, 'email' | 'secret'> {
  if (secret.length < MIN_SECRET_BYTES)
    return refused('secret', 'secret', `at least ${MIN_SECRET_BYTES} bytes`);
  const spelling = spellingOf(address);
  if (spelling.length > MAX_ADDRESS_LENGTH || !/^[^\s@]+@[^\s@]+$/.test(spelling))
    return refused('email', 'email', 'one @ with text on both sides, no blanks');
  return accepted(`email#${createHmac('sha256', secret).update(spelling, 'utf8').digest('hex')}`);
}
