/** The row of an error. Everything that the code decides by an error's code is a field of its row. */

/**
 * What the caller does next.
 * - `retryable`: the effect was definitely not applied; try again.
 * - `unknown`: the reply was lost; probe before trying again.
 * - `terminal`: a retry can never work.
 * - `conflict`: another writer owns or changed the record; read it again.
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
 * Roles by which code treats some errors specially.
 * - `cap`: ends a task whose fault was transient; the error before it is the cause.
 * - `lost_worker`: shows that the action was stuck.
 * - `wait`: an earlier request must end first; this is not a failure.
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
  /** Whose fault it is: this system's, a provider's, the caller's, or nobody's after a lost race. */
  readonly fault: 'own' | 'provider' | 'caller' | 'nobody';
  /** Whether the effect may be at the provider after it, if the error does not say otherwise itself. */
  readonly leavesDoubt: boolean;
  /** How the KPIs count an action that ended with it: it could never have worked, or a transient fault lasted longer than its caps. */
  readonly failure: 'byNature' | 'givenUp';
  /** The provider has the effect twice, or with other content than requested. @default neither */
  readonly mutation?: 'repeated' | 'other_content';
  /** @default the code is treated by its other fields alone */
  readonly role?: ErrorRole;
  /** Shown to operators; no secrets, no payload. */
  readonly text: string;
  /** First thing to do about it. */
  readonly runbook: string;
  /** Slugs of the alarms that it may ring; empty if only the caller needs to know. */
  readonly alarms: readonly string[];
}

/** The answer to a fault that a caller cannot repair; it reveals nothing about the error. */
export const HIDDEN = {
  status: 500,
  text: 'The request failed inside the service. It may be sent again: keys and versions keep that safe.',
} as const;
