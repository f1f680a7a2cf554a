/**
 * The closed list of errors, one row for each. An error that is not in this list becomes `UNCLASSIFIED`. No other code compares
 * codes: it asks the row, or one of the predicates below.
 */
import type { ErrorKind, ErrorRole, ErrorRow } from './error-row.ts';
import { PROVIDER_ERRORS } from './errors-of-providers.ts';
import { QUEUE_ERRORS } from './errors-of-queue.ts';

export { ErrorKind } from './error-row.ts';

/** Maximum stored detail of an error, in UTF-16 code units. */
export const MAX_DETAIL_LENGTH = 1_000;

/** The list. Codes are stable: they are stored in the audit trail, and named in alarms and in the state machine. */
export const ERROR_CODES = { ...QUEUE_ERRORS, ...PROVIDER_ERRORS } as const;

/** A code of the closed list. */
export type ErrorCode = keyof typeof ERROR_CODES;

type CodeOfRole<R extends ErrorRole> = {
  [C in ErrorCode]: (typeof ERROR_CODES)[C] extends { readonly role: R } ? C : never;
}[ErrorCode];
/** A code that ends a task whose fault was transient. */
export type CapCode = CodeOfRole<'cap'>;

/** The row of a code. */
export const rowOf = (code: ErrorCode): ErrorRow => ERROR_CODES[code];

/** The kind of a code: the retry decision. */
export const kindOf = (code: ErrorCode): ErrorKind => ERROR_CODES[code].kind;

/** Whether a string from outside is a code of the list. */
export const isErrorCode = (value: string): value is ErrorCode => Object.hasOwn(ERROR_CODES, value);

/** Texts for a code that a newer release stored. */
const FOREIGN_TEXTS = {
  text: 'An error of a newer release, which this release does not know.',
  runbook: 'Look the code up in the page of errors of the newer release.',
} as const;

/** Texts for a stored code. */
export const textsOf = (code: string): Pick<ErrorRow, 'text' | 'runbook'> =>
  isErrorCode(code) ? rowOf(code) : FOREIGN_TEXTS;

/** Every code. */
export const ALL_ERROR_CODES: readonly ErrorCode[] = Object.keys(ERROR_CODES).filter(isErrorCode);

/** Whether a stored code has the role; a code that this release does not know has none. */
export const hasRole = <R extends ErrorRole>(code: string | undefined, role: R): code is CodeOfRole<R> =>
  code !== undefined && isErrorCode(code) && rowOf(code).role === role;

/** What a stored code says about a mutation: `duplicate` or `mismatch`; `undefined` for any other code and for an unknown one. */
export const mutationOf = (code: string | undefined): ErrorRow['mutation'] =>
  code !== undefined && isErrorCode(code) ? rowOf(code).mutation : undefined;
