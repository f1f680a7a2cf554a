/**
 * The closed list of errors. Each code has a kind, which *is* the retry decision, a text for people (Slack, API)
 * and a line for the runbook. What is not in this list becomes `UNCLASSIFIED`.
 */

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

/** Longest detail of an error that is kept, in UTF-16 code units. */
export const MAX_DETAIL_LENGTH = 1_000;

interface ErrorEntry {
  readonly kind: ErrorKind;
  /** Shown to operators; no secrets, no payload. */
  readonly text: string;
  /** First thing to do about it. */
  readonly runbook: string;
}

/** The list. Codes are stable: they stand in the audit trail, in alarms and in the state machine. */
export const ERROR_CODES = {
  // Enqueue and transitions
  IDEMPOTENCY_KEY_REUSED: {
    kind: 'conflict',
    text: 'This idempotency key was already used with another payload.',
    runbook: 'Send the original payload again, or a new key for a new action.',
  },
  SNAPSHOT_REFUSED: {
    kind: 'terminal',
    text: 'The quote snapshot is not a signed-off result of an allowed deterministic engine.',
    runbook: 'Read the named fields; have the quote priced and approved again by an allowed engine.',
  },
  REQUEST_INVALID: {
    kind: 'terminal',
    text: 'The request is not as documented.',
    runbook: 'Read the named fields and send it again corrected; nothing was written.',
  },
  TASK_NOT_FOUND: {
    kind: 'terminal',
    text: 'There is no such task.',
    runbook: 'Check the task id and the Region; list the tasks of the quote.',
  },
  ILLEGAL_TRANSITION: {
    kind: 'conflict',
    text: 'The present state of the task does not allow this.',
    runbook: 'Read the task again; completed and failed_terminal never change.',
  },
  STALE_VERSION: {
    kind: 'conflict',
    text: 'It has changed since it was read.',
    runbook: 'Read the task, or the kind, again and decide on its present state.',
  },
  LEASE_LOST: {
    kind: 'conflict',
    text: 'Another worker or an operator has taken the task over.',
    runbook: 'Nothing to do: the later owner carries on. Many of these mean that the lease is too short.',
  },
  DRIVER_NOT_STARTED: {
    kind: 'retryable',
    text: 'The task is stored, but its execution could not be started yet.',
    runbook: 'Send the same request again; check Step Functions throttles.',
  },
  // Execution
  EFFECT_IN_PROGRESS: {
    kind: 'retryable',
    text: 'An earlier worker may still be at this effect; waiting for its time to run out.',
    runbook:
      'Nothing to do: the task retries. If it stays so, look for workers that hang until their timeout.',
  },
  WORKER_LOST: {
    kind: 'unknown',
    text: 'The worker crashed, ran out of time or memory; the outcome is unknown until probed.',
    runbook: 'Read the function log of the attempt; check memory and timeout metrics.',
  },
  DUPLICATE_EFFECT: {
    kind: 'terminal',
    text: 'The provider holds more than one effect for this task.',
    runbook:
      'Stop: compare the effects at the provider with the audit trail and remove the wrong one by hand.',
  },
  FINGERPRINT_MISMATCH: {
    kind: 'terminal',
    text: 'What stands under the key of this task is not what the task asks for.',
    runbook:
      'Stop: compare what the provider holds, the ledger and the payload; correct the one that was changed by hand.',
  },
  // Providers in general
  PROVIDER_RATE_LIMITED: {
    kind: 'retryable',
    text: 'The provider asked us to slow down.',
    runbook:
      'Nothing to do: deferred without using up attempts. If lasting, lower the concurrency of this kind.',
  },
  PROVIDER_UNAVAILABLE: {
    kind: 'unknown',
    text: 'The provider failed while handling the request; it may or may not have been applied.',
    runbook: 'Check the status page of the provider; the next attempt probes first.',
  },
  PROVIDER_TIMEOUT: {
    kind: 'unknown',
    text: 'The provider did not answer in time; the request may or may not have been applied.',
    runbook: 'Check the latency of the provider; the next attempt probes first.',
  },
  PROVIDER_CONNECTION_REFUSED: {
    kind: 'retryable',
    text: 'The provider could not be reached; nothing was sent.',
    runbook: 'Check DNS, network path and the configured address of the provider.',
  },
  PROVIDER_REFUSED: {
    kind: 'terminal',
    text: 'The provider refused the request as invalid.',
    runbook: 'Read the codes and fields in the detail of the task; fix the data and enqueue under a new key.',
  },
  PROVIDER_UNAUTHORIZED: {
    kind: 'terminal',
    text: 'The provider refused our credentials or permissions.',
    runbook: 'Rotate or repair the secret and its scopes, then enqueue under a new key.',
  },
  PROVIDER_MISCONFIGURED: {
    kind: 'terminal',
    text: 'The provider lacks something that set-up must create.',
    runbook:
      'Run the documented set-up of the provider (CRM: the unique deal property; Slack: channel and scopes).',
  },
  // PDF
  PDF_RENDER_FAILED: {
    kind: 'terminal',
    text: 'The PDF could not be rendered from this snapshot.',
    runbook: 'Render the snapshot locally with the renderer; fix the renderer or the snapshot.',
  },
  PDF_STORE_CONFLICT: {
    kind: 'retryable',
    text: 'Another write of the same object was in flight.',
    runbook: 'Nothing to do: the next attempt finds the object.',
  },
  // Caps
  RETRIES_EXHAUSTED: {
    kind: 'terminal',
    text: 'All attempts are used up; the last error is kept as the cause.',
    runbook: 'Read the cause; once it is gone enqueue the action again under a new key.',
  },
  DEADLINE_EXCEEDED: {
    kind: 'terminal',
    text: 'The task could not be finished before its deadline.',
    runbook: 'Read the cause; a provider was unavailable for the whole time. Enqueue again under a new key.',
  },
  STORED_RECORD_INVALID: {
    kind: 'terminal',
    text: 'A stored record does not have the expected shape.',
    runbook: 'Compare the schema version of the item with the deployed code; restore or migrate the item.',
  },
  UNCLASSIFIED: {
    kind: 'retryable',
    text: 'An error that is not in the list; the cause is kept.',
    runbook: 'Read the cause in the function log and add a code for it.',
  },
} as const satisfies Record<string, ErrorEntry>;

/** Codes that say that a mutation was made twice, or another one than was asked for: `duplicate_mutations_detected`. */
export const DUPLICATE_MUTATION_CODES: readonly ErrorCode[] = ['DUPLICATE_EFFECT', 'FINGERPRINT_MISMATCH'];

/** A code of the closed list. */
export type ErrorCode = keyof typeof ERROR_CODES;

/** The kind of a code: the retry decision. */
export const kindOf = (code: ErrorCode): ErrorKind => ERROR_CODES[code].kind;

/** Whether a string read from outside is a code of the list. */
export const isErrorCode = (value: string): value is ErrorCode => Object.hasOwn(ERROR_CODES, value);
