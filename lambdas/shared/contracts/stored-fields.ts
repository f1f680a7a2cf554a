/**
 * Stored data is read openly and written closed. A newer release beside this one stores words (kinds, states, causes, codes) and
 * fields that this one does not know; they are kept unchanged. This release writes only words of its closed sets. Any other
 * change needs a higher schema version.
 */
import * as z from 'zod/mini';

/** A word of a newer release. Its form is checked, so it is safe to show, and it differs from all words of this release. */
export type ForeignWord = string & z.core.$brand<'ForeignWord'>;
/** A stored word: of the closed set, or of a newer release. */
export type Open<T extends string> = T | ForeignWord;

/** Longest word that is read, in characters. */
const MAX_WORD_LENGTH = 64;

/** `crm.sync`, `retryable_failed`. */
const LOWER_WORD = /^[a-z][a-z0-9_.]*$/;
/** `PROVIDER_TIMEOUT`. */
const UPPER_WORD = /^[A-Z][A-Z0-9_]*$/;

const openWord = <T extends string>(known: readonly T[], form: RegExp) =>
  z.union(
    [z.enum(known), z.string().check(z.maxLength(MAX_WORD_LENGTH), z.regex(form)).brand<'ForeignWord'>()],
    `expected one of: ${known.join(', ')}`,
  );

/** A stored word in lower case, like a state. @param known the closed set: what this release writes */
export const openSet = <T extends string>(known: Readonly<Record<string, T>>) =>
  openWord(Object.values(known), LOWER_WORD);

/** A stored code in upper case. @param known the closed set: what this release writes */
export const openCodes = <T extends string>(known: readonly T[]) => openWord(known, UPPER_WORD);

/** Whether a word is of the closed set. */
export const isWordOf = <T extends string>(
  known: Readonly<Record<string, T>>,
  word: string | null,
): word is T => Object.values<string | null>(known).includes(word);

/** An object that keeps the fields that this release does not know; its type has only the known ones. */
export const openObject = <S extends z.core.$ZodShape>(shape: S): z.ZodMiniObject<S, z.core.$strict> =>
  z.looseObject(shape);

/** The last millisecond of the year 9999: later moments have no form with a year of four digits. */
const MAX_EPOCH_MS = 253_402_300_799_999;

/** Milliseconds since the epoch. */
export const epochMsSchema = z.int().check(z.minimum(0), z.maximum(MAX_EPOCH_MS));
