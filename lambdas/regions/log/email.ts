/**
 * Keys of agreements about e-mail addresses: HMACs, so that the table of agreements holds no address.
 *
 * One secret serves all Regions and is never rotated: under another secret an address that is taken would look free.
 */
import { createHmac } from 'node:crypto';
import { accepted, refused } from '../change.ts';
import type { Result } from '../change.ts';

/** Shortest secret in bytes: as long as the hash. */
export const MIN_SECRET_BYTES = 32;
/** Longest address in characters (RFC 5321: 64 before the @, 255 after it). */
const MAX_ADDRESS_LENGTH = 320;

/**
 * One spelling for addresses that a mail provider treats alike: composed characters, lower case, no blanks around it. Rules of
 * single providers (dots, tags after +) are not applied: two such addresses can belong to two people elsewhere.
 */
const spellingOf = (address: string): string => address.trim().normalize('NFC').toLowerCase();

/** Key of the agreement about an address. Refused if the text is no address or the secret is too short. */
export function emailKeyOf(address: string, secret: Uint8Array): Result<string, 'email' | 'secret'> {
  if (secret.length < MIN_SECRET_BYTES)
    return refused('secret', 'secret', `at least ${MIN_SECRET_BYTES} bytes`);
  const spelling = spellingOf(address);
  if (spelling.length > MAX_ADDRESS_LENGTH || !/^[^\s@]+@[^\s@]+$/.test(spelling))
    return refused('email', 'email', 'one @ with text on both sides, no blanks');
  return accepted(`email#${createHmac('sha256', secret).update(spelling, 'utf8').digest('hex')}`);
}
