/** Errors as RFC 9457 problems: what is thrown, what is answered, and which status belongs to which code. */
import { MAX_FIELD_ERRORS } from '../../contracts/api.ts';
import type { FieldError, Problem } from '../../contracts/api-problem.ts';
import { ERROR_CODES, type ErrorCode } from '../../../shared/contracts/error-codes.ts';
import { QueueError, SnapshotRefused } from '../../../shared/domain/errors.ts';

/** Evidence of a refusal. */
export interface ApiProblemOptions {
  /** What was expected, or what happened; of the request at most a well-formed id or key. */
  readonly detail: string;
  readonly errors?: readonly FieldError[];
  readonly headers?: Readonly<Record<string, string>>;
  readonly cause?: unknown;
}

/** A request that is answered with a problem. */
export class ApiProblem extends Error {
  override readonly name = 'ApiProblem';
  readonly status: number;
  readonly code: ErrorCode;
  readonly detail: string;
  readonly errors: readonly FieldError[];
  readonly headers: Readonly<Record<string, string>>;

  constructor(status: number, code: ErrorCode, options: ApiProblemOptions) {
    super(`${status} ${code}`, options.cause === undefined ? {} : { cause: options.cause });
    this.status = status;
    this.code = code;
    this.detail = options.detail;
    this.errors = options.errors ?? [];
    this.headers = options.headers ?? {};
  }
}

/** A request that is not as documented; `status` says in which way. */
export const refused = (
  status: number,
  detail: string,
  options: Partial<ApiProblemOptions> = {},
): ApiProblem => new ApiProblem(status, 'REQUEST_INVALID', { detail, ...options });

/** A header, query or path parameter that is not as documented. */
export const badParameter = (
  status: number,
  parameter: string,
  expected: string,
  cause?: unknown,
): ApiProblem => refused(status, `${parameter}: ${expected}`, { errors: [{ parameter, expected }], cause });

/** Seconds after which an outage may be over; the caller's own backoff decides. */
const RETRY_AFTER_SECONDS = 5;
const RETRY_LATER = { 'retry-after': String(RETRY_AFTER_SECONDS) } as const;

/** Codes that a caller can do something about, or that name what is damaged. Everything else is a fault of ours. */
const STATUS_BY_CODE: Partial<Record<ErrorCode, number>> = {
  REQUEST_INVALID: 400,
  TASK_NOT_FOUND: 404,
  IDEMPOTENCY_KEY_REUSED: 409,
  ILLEGAL_TRANSITION: 409,
  STALE_VERSION: 412,
  SNAPSHOT_REFUSED: 422,
  STORED_RECORD_INVALID: 500,
  DRIVER_NOT_STARTED: 503,
};

const OUR_FAULT =
  'The request failed inside the service. It may be sent again: keys and versions keep that safe.';
const NO_STORE = 'The store did not answer. Send the request again: keys and versions keep that safe.';
const NOT_STARTED =
  'The task is stored, but its execution could not be started yet. Send the same request again to start it.';

const detailOf = (error: QueueError): string =>
  error.code === 'DRIVER_NOT_STARTED' ? NOT_STARTED : error.detail;

function fromQueueError(error: QueueError): ApiProblem {
  const status = STATUS_BY_CODE[error.code];
  if (status === undefined) return new ApiProblem(500, error.code, { detail: OUR_FAULT, cause: error });
  return new ApiProblem(status, error.code, {
    detail: detailOf(error),
    ...(error instanceof SnapshotRefused ? { errors: error.violations } : {}),
    ...(status === 503 ? { headers: RETRY_LATER } : {}),
    cause: error,
  });
}

/** Errors of the SDK carry `$metadata`; those of sockets a `code`. Both mean that another service failed us. */
const isOutage = (thrown: unknown): boolean =>
  thrown instanceof Error &&
  ('$metadata' in thrown ||
    'code' in thrown ||
    thrown.name === 'TimeoutError' ||
    thrown.name === 'AbortError');

/** Any thrown value as a problem; what is not in the list of codes says nothing about itself. */
export function problemOf(thrown: unknown): ApiProblem {
  if (thrown instanceof ApiProblem) return thrown;
  if (thrown instanceof QueueError) return fromQueueError(thrown);
  return isOutage(thrown)
    ? new ApiProblem(503, 'UNCLASSIFIED', { detail: NO_STORE, headers: RETRY_LATER, cause: thrown })
    : new ApiProblem(500, 'UNCLASSIFIED', { detail: OUR_FAULT, cause: thrown });
}

/**
 * What a retry whose execution could not be started ends with. The transition is stored and the sweep, at most a minute
 * away, starts its execution; sent again as it is, the request is answered with 412. Any other value is given back.
 */
export function retryNotStarted(thrown: unknown): unknown {
  if (!(thrown instanceof QueueError) || thrown.code !== 'DRIVER_NOT_STARTED') return thrown;
  return new ApiProblem(503, thrown.code, {
    detail:
      'The retry is stored, but its execution could not be started yet; the sweep starts it. Read the task for its new version.',
    headers: { 'retry-after': '60' },
    cause: thrown,
  });
}

/** The body of a problem. @param requestId id of the request in the logs */
export function problemBody(problem: ApiProblem, requestId: string): Problem {
  const { status, code, detail, errors } = problem;
  const omitted = errors.length - MAX_FIELD_ERRORS;
  return {
    type: `urn:quoteq:problem:${code.toLowerCase().replaceAll('_', '-')}`,
    title: ERROR_CODES[code].text,
    status,
    detail,
    instance: `urn:quoteq:request:${encodeURIComponent(requestId)}`,
    code,
    ...(errors.length === 0 ? {} : { errors: errors.slice(0, MAX_FIELD_ERRORS) }),
    ...(omitted > 0 ? { errorsOmitted: omitted } : {}),
  };
}

/** The answer to a request that ends with a problem. @param requestId id of the request in the logs */
export const problemResponse = (problem: ApiProblem, requestId: string): Response =>
  Response.json(problemBody(problem, requestId), {
    status: problem.status,
    headers: { ...problem.headers, 'content-type': 'application/problem+json', 'cache-control': 'no-store' },
  });
