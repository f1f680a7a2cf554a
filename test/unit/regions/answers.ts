/** Reads the answers of steps. */
import { expect } from 'vitest';
import type { Put, Refusal } from '../../../lambdas/regions/change.ts';

type Answer<T> = { readonly ok: true; readonly value: T } | { readonly ok: false; readonly refusal: Refusal };

/** `accepted`, or the code of the refusal and the field that decides: `<code> at <field>`. */
export const codeOf = (answer: Answer<unknown>): string =>
  answer.ok ? 'accepted' : `${answer.refusal.code} at ${answer.refusal.field}`;

/** The item that an accepted step stores; a refusal fails the test. */
export const nextOf = <T>(answer: Answer<Put<T>>): T =>
  answer.ok ? answer.value.next : expect.fail(answer.refusal.code);

/** The value; undefined fails the test. */
export const present = <T>(value: T | undefined): T => value ?? expect.fail('it is absent');
