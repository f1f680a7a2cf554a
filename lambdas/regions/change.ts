/**
 * What a pure step hands to the adapter that writes it: changes with their conditions, or a refusal.
 *
 * Invariants
 * 1. A change of a table that is strongly consistent across Regions comes alone: those tables know no transactions.
 * 2. Changes of a list belong together: this Region's own table writes all of them in one transaction, or none.
 * 3. Steps throw nothing. Whatever they refuse is a value.
 */

/** What must be true of the stored item, tested by the write itself. */
export type Condition =
  /** No item is stored under the key. */
  | { readonly kind: 'absent' }
  /** The stored item has this version. */
  | { readonly kind: 'version'; readonly version: number }
  /** An item is stored, and its number in `field` is at least `value`. */
  | { readonly kind: 'atLeast'; readonly field: string; readonly value: number };

/** Replaces the whole item. Redelivery fails the condition. */
export interface Put<T> {
  readonly kind: 'put';
  /** Key of the item in its table. */
  readonly key: string;
  readonly condition: Condition;
  /** The item as it is stored afterwards. */
  readonly next: T;
}

/** Adds to numbers of an item. It can be applied twice, so it always travels with a {@link Put} or an event that cannot. */
export interface Add {
  readonly kind: 'add';
  /** Key of the item in its table. */
  readonly key: string;
  readonly condition: Condition;
  /** Field → what is added, negative for what is taken away. */
  readonly add: Readonly<Record<string, number>>;
}

/** Why a step is refused. It is an answer, not an error. */
export interface Refusal<Code extends string = string> {
  /** What the caller switches on. */
  readonly code: Code;
  /** The field of the input or of the stored item that decides. */
  readonly field: string;
  /** What is expected there, in words, with the figure where there is one. */
  readonly expected: string;
}

/** A step's answer. */
export type Result<T, Code extends string = string> =
  { readonly ok: true; readonly value: T } | { readonly ok: false; readonly refusal: Refusal<Code> };

/** An accepted step. */
export const accepted = <T>(value: T): { readonly ok: true; readonly value: T } => ({ ok: true, value });

/** A refused step. */
export const refused = <Code extends string>(
  code: Code,
  field: string,
  expected: string,
): { readonly ok: false; readonly refusal: Refusal<Code> } => ({
  ok: false,
  refusal: { code, field, expected },
});

/** The condition of a write that follows a read: what was read is still stored. */
export const unchanged = (read: { readonly version: number } | undefined): Condition =>
  read === undefined ? { kind: 'absent' } : { kind: 'version', version: read.version };

/** Whether a number counts pieces: a whole number above 0 that JSON carries exactly. */
export const isCount = (pieces: number): boolean => Number.isSafeInteger(pieces) && pieces > 0;
