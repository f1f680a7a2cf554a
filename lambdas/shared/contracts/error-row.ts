/** What the list of errors says of each error. All that code decides by an error's code is a field of its row. */

/**
 * What the caller does next.
 * - `retryable`: the effect was definitely not applied; try again.
 * - `unknown`: the reply was lost; probe before trying again.
 * - `terminal`: will never work; nobody retries.
 * - `conflict`: somebody else owns or changed the record; step aside and re-read.
 */
export const ErrorKind = {
  Retryable: 'retryable',
  Terminal: 'terminal',
  Unknown: 'unknown',
  Conflict: 'conflict',
} as const;
/** One of {@link ErrorKind}. */
export type ErrorKind = (typeof ErrorKind)[keyof typeof ErrorKind];

/**
 * What some code treats in a way of its own.
 * - `cap`: ends a task whose fault was transient; the error before it is the cause.
 * - `lost_worker`: shows that the action was stuck.
 * - `wait`: an earlier request has to end first; no failure by itself.
 * - `overtaken`: the task has changed, or its state does not allow the change.
 * - `lease_lost`: the writer no longer owns the record.
 * - `missing`: there is no such task.
 * - `invalid_request`: the request is not as documented.
 * - `not_started`: the transition is stored and its execution does not run yet.
 * - `locked_out`: the provider serves nothing until a person repairs the access or the set-up.
 * - `damage`: a stored record cannot be read.
 */
export type ErrorRole =
  | 'cap'
  | 'lost_worker'
  | 'wait'
  | 'overtaken'
  | 'lease_lost'
  | 'missing'
  | 'invalid_request'
  | 'not_started'
  | 'locked_out'
  | 'damage';

/** One error. */
export interface ErrorRow {
  /** The retry decision. */
  readonly kind: ErrorKind;
  /** The API's answer: its HTTP status, and the text that replaces the error's own detail. @default text: the detail */
  readonly answer: { readonly status: number; readonly text?: string };
  /** Who has to change something: this system, a provider, the caller, or nobody after a lost race. */
  readonly fault: 'own' | 'provider' | 'caller' | 'nobody';
  /** Whether the effect may be at the provider after it, if the error does not say otherwise itself. */
  readonly leavesDoubt: boolean;
  /** How the KPIs count an action that ended with it: it would never have worked, or a transient fault outlasted its caps. */
  readonly failure: 'byNature' | 'givenUp';
  /** The provider holds an effect twice, or with another content than was asked for. @default neither */
  readonly mutation?: 'repeated' | 'other_content';
  /** @default the code is treated by its other fields alone */
  readonly role?: ErrorRole;
  /** Shown to operators; no secrets, no payload. */
  readonly text: string;
  /** First thing to do about it. */
  readonly runbook: string;
  /** Slugs of the alarms that it may ring; empty if the caller is told and nobody else needs to know. */
  readonly alarms: readonly string[];
}

/** The answer to a fault that a caller can do nothing about: it tells nothing of the error. */
export const HIDDEN = {
  status: 500,
  text: 'The request failed inside the service. It may be sent again: keys and versions keep that safe.',
} as const;
