/**
 * Result of a pure step for the adapter that writes it: changes with their conditions, or a refusal.
 *
 * Invariants
 * 1. A step changes one item of a table that is strongly consistent across Regions: those tables have no transactions.
 * 2. Changes of a list belong together: this Region's own table writes all of them in one transaction, or none.
 * 3. Steps never throw. A refusal is a value.
 */

/** Condition on the stored item, tested by the write itself. */
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

/** Adds to numbers of an item. It is not idempotent, so it is always in one transaction with a {@link Put} or an event that is. */
export interface Add {
  readonly kind: 'add';
  /** Key of the item in its table. */
  readonly key: string;
  readonly condition: Condition;
  /** Field → number to add; negative to subtract. */
  readonly add: Readonly<Record<string, number>>;
}

/** Why a step is refused. It is an answer, not an error. */
export interface Refusal<Code extends string = string> {
  /** What the caller switches on. */
  readonly code: Code;
  /** The field of the input or of the stored item that decides. */
  readonly field: string;
  /** Expected value in words, with the figure if there is one. */
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

/** Condition of a write after a read: the item is unchanged since the read. */
export const unchanged = (read: { readonly version: number } | undefined): Condition =>
  read === undefined ? { kind: 'absent' } : { kind: 'version', version: read.version };

/** Whether a number is a valid count of pieces: a safe integer above 0. */
export const isCount = (pieces: number): boolean => Number.isSafeInteger(pieces) && pieces > 0;
