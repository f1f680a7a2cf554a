/** The one error type; its kind is the retry decision. Subclasses only tell what the caller does. */
import { type ErrorCode, type ErrorKind, MAX_DETAIL_LENGTH, rowOf } from '../contracts/error-codes.ts';
import type { ErrorRole } from '../contracts/error-row.ts';
import { codeWord, cutLine } from '../contracts/text.ts';

/** Details of an error; safe to log and to show. */
export interface QueueErrorOptions {
  /** Detail for people, without payload, secrets or a provider's own text; stored as one line of at most {@link MAX_DETAIL_LENGTH}. */
  readonly detail?: string;
  /** The error underneath, always kept. */
  readonly cause?: unknown;
  /** A definite "not now"; it uses up no attempt. */
  readonly deferral?: boolean;
  /** Wait that the provider asks for, in seconds from now; at least 0. */
  readonly retryAfterSeconds?: number;
  /** Whether the effect may nevertheless be at the provider. @default the row of the code */
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

/** Whether the thrown value is an error of the list whose row has the role. */
export const isErrorOf = (thrown: unknown, role: ErrorRole): thrown is QueueError =>
  thrown instanceof QueueError && rowOf(thrown.code).role === role;

/** There is no task with this id. Pass only well-formed ids, because the id is shown. */
export const taskNotFound = (taskId: string): QueueError =>
  new QueueError('TASK_NOT_FOUND', { detail: `There is no task ${taskId}.` });

/** The key belongs to `taskId`, which was enqueued with other content. A key is visible ASCII from the caller. */
export const keyReused = (idempotencyKey: string, taskId: string): QueueError =>
  new QueueError('IDEMPOTENCY_KEY_REUSED', {
    detail: `${idempotencyKey} is the key of ${taskId}, which has another kind or payload.`,
  });

/** The writer's fence is no longer that of the record: another worker has taken over. */
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

/** The snapshot is not a signed-off result of an allowed engine; it names every wrong field. */
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

/** The same error with a later failure; its cause contains both. */
export const withAftermath = (error: QueueError, aftermath: Error): QueueError =>
  copyOf(error, { cause: new AggregateError([error, aftermath], error.message) });

/** The name of an SDK's error comes from the service's answer. */
export const nameOf = (thrown: unknown): string =>
  thrown instanceof Error ? codeWord(thrown.name) : typeof thrown;

/** Any thrown value as an error of the list; other values become `UNCLASSIFIED` with the value as the cause. */
export function toQueueError(thrown: unknown): QueueError {
  if (thrown instanceof QueueError) return thrown;
  return new QueueError('UNCLASSIFIED', { detail: `An unlisted error: ${nameOf(thrown)}`, cause: thrown });
}

/**
 * Whether an error counts as a fault of this code or of its permissions. A provider's failure, a lost race and a wait do not
 * count. A store that does not answer counts, because it cannot be distinguished from one that refuses.
 */
export const isOwnFault = ({ code, kind, deferral }: QueueError): boolean =>
  !deferral && kind !== 'conflict' && rowOf(code).fault !== 'provider';

/** The log fields of any thrown value: names and our own text only, because the message of an unlisted error may quote anything. */
export function evidenceOf(thrown: unknown) {
  const { code, detail } = toQueueError(thrown);
  return { errorName: nameOf(thrown), code, detail };
}
