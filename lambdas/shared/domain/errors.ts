/** One error type; its kind is the retry decision. Subclasses only say what the caller does. */
import { type ErrorCode, type ErrorKind, MAX_DETAIL_LENGTH, rowOf } from '../contracts/error-codes.ts';
import type { ErrorRole } from '../contracts/error-row.ts';
import { codeWord, cutLine } from '../contracts/text.ts';

/** Evidence that belongs to an error; safe to log and to show. */
export interface QueueErrorOptions {
  /** Detail for people: no payload, no secret, nothing in a provider's own words; kept as one line of {@link MAX_DETAIL_LENGTH}. */
  readonly detail?: string;
  /** The error underneath, always kept. */
  readonly cause?: unknown;
  /** A definite "not now": does not use up an attempt. */
  readonly deferral?: boolean;
  /** The provider's own wish, in seconds from now; at least 0. */
  readonly retryAfterSeconds?: number;
  /** Whether the effect may be at the provider all the same. @default as the code says */
  readonly inDoubt?: boolean;
}

/** An error of the closed list. */
export class QueueError extends Error {
  override readonly name: string = 'QueueError';
  readonly code: ErrorCode;
  readonly kind: ErrorKind;
  readonly detail: string;
  readonly deferral: boolean;
  readonly retryAfterSeconds: number | undefined;
  readonly inDoubt: boolean;

  constructor(code: ErrorCode, options: QueueErrorOptions = {}) {
    const { kind, leavesDoubt, text } = rowOf(code);
    const detail = cutLine(options.detail ?? text, MAX_DETAIL_LENGTH);
    super(`${code}: ${detail}`, options.cause === undefined ? {} : { cause: options.cause });
    this.code = code;
    this.kind = kind;
    this.detail = detail;
    this.deferral = options.deferral ?? false;
    this.retryAfterSeconds = options.retryAfterSeconds;
    this.inDoubt = options.inDoubt ?? leavesDoubt;
  }
}

/** Whether an error of the list was thrown whose row has the role. */
export const isErrorOf = (thrown: unknown, role: ErrorRole): thrown is QueueError =>
  thrown instanceof QueueError && rowOf(thrown.code).role === role;

/** There is no task of this id; only an id of the right form is given, and shown. */
export const taskNotFound = (taskId: string): QueueError =>
  new QueueError('TASK_NOT_FOUND', { detail: `There is no task ${taskId}.` });

/** The key is that of `taskId`, which was enqueued with something else; a key is visible ASCII, and the caller's own. */
export const keyReused = (idempotencyKey: string, taskId: string): QueueError =>
  new QueueError('IDEMPOTENCY_KEY_REUSED', {
    detail: `${idempotencyKey} is the key of ${taskId}, which has another kind or payload.`,
  });

/** The writer's fence is no longer the record's: somebody else carries on. */
export class LeaseLost extends QueueError {
  override readonly name = 'LeaseLost';
  constructor(options: QueueErrorOptions = {}) {
    super('LEASE_LOST', options);
  }
}

/** One field that is not as it must be. */
export interface FieldViolation {
  /** JSON Pointer into the request body, e.g. `/payload/snapshot/lines/0/totalMinor`. */
  readonly pointer: string;
  /** What was expected there. */
  readonly expected: string;
}

/** The snapshot is not a signed-off result of an allowed engine; every violated field is named. */
export class SnapshotRefused extends QueueError {
  override readonly name = 'SnapshotRefused';
  readonly violations: readonly FieldViolation[];
  constructor(violations: readonly FieldViolation[]) {
    super('SNAPSHOT_REFUSED', { detail: violations.map((v) => `${v.pointer}: ${v.expected}`).join('; ') });
    this.violations = violations;
  }
}

const copyOf = (error: QueueError, over: Pick<QueueErrorOptions, 'inDoubt' | 'cause'>): QueueError =>
  new QueueError(error.code, {
    detail: error.detail,
    deferral: error.deferral,
    inDoubt: error.inDoubt,
    ...(error.retryAfterSeconds === undefined ? {} : { retryAfterSeconds: error.retryAfterSeconds }),
    ...over,
  });

/** The same error with another answer to "may the effect be at the provider?". */
export const withDoubt = (error: QueueError, inDoubt: boolean): QueueError =>
  error.inDoubt === inDoubt || error instanceof LeaseLost ? error : copyOf(error, { inDoubt, cause: error });

/** The same error with what failed after it; both are kept as its cause. */
export const withAftermath = (error: QueueError, aftermath: Error): QueueError =>
  copyOf(error, { cause: new AggregateError([error, aftermath], error.message) });

/** SDKs take the names of their errors from what a service answers. */
export const nameOf = (thrown: unknown): string =>
  thrown instanceof Error ? codeWord(thrown.name) : typeof thrown;

/** Any thrown value as an error of the list; what is not in the list is `UNCLASSIFIED` with its cause kept. */
export function toQueueError(thrown: unknown): QueueError {
  if (thrown instanceof QueueError) return thrown;
  return new QueueError('UNCLASSIFIED', { detail: `An unlisted error: ${nameOf(thrown)}`, cause: thrown });
}

/**
 * Whether an error tells against the code that met it, or against what that may do. A provider that fails, a race that was
 * lost and a wait do not; a store that does not answer cannot be told from one that refuses, and does.
 */
export const isOwnFault = ({ code, kind, deferral }: QueueError): boolean =>
  !deferral && kind !== 'conflict' && rowOf(code).fault !== 'provider';

/** What a log says of any thrown value: names and our own words; the message of an unlisted error may quote anything. */
export function evidenceOf(thrown: unknown) {
  const { code, detail } = toQueueError(thrown);
  return { errorName: nameOf(thrown), code, detail };
}
