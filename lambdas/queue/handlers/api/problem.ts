/** Errors as RFC 9457 problems: the thrown error, the answer, and the status of each code. */
import { MAX_FIELD_ERRORS } from '../../contracts/api.ts';
import type { FieldError, Problem } from '../../contracts/api-problem.ts';
import { type ErrorCode, rowOf } from '../../../shared/contracts/error-codes.ts';
import { HIDDEN } from '../../../shared/contracts/error-row.ts';
import { isErrorOf, QueueError, SnapshotRefused } from '../../../shared/domain/errors.ts';

/** The content of a refusal. */
export interface ApiProblemOptions {
  /** What was expected, or what happened; at most a well-formed id or key of the request. */
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

/** An invalid request; `status` tells in which way. */
export const refused = (
  status: number,
  detail: string,
  options: Partial<ApiProblemOptions> = {},
): ApiProblem => new ApiProblem(status, 'REQUEST_INVALID', { detail, ...options });

/** An invalid header, query or path parameter. */
export const badParameter = (
  status: number,
  parameter: string,
  expected: string,
  cause?: unknown,
): ApiProblem => refused(status, `${parameter}: ${expected}`, { errors: [{ parameter, expected }], cause });

/** Seconds after which an outage may be over; the caller's own backoff may differ. */
const RETRY_AFTER_SECONDS = 5;
const RETRY_LATER = { 'retry-after': String(RETRY_AFTER_SECONDS) } as const;

const NO_STORE = 'The store did not answer. Send the request again: keys and versions keep that safe.';
function fromQueueError(error: QueueError): ApiProblem {
  const { status, text } = rowOf(error.code).answer;
  return new ApiProblem(status, error.code, {
    detail: text ?? error.detail,
    ...(error instanceof SnapshotRefused ? { errors: error.violations } : {}),
    ...(status === 503 ? { headers: RETRY_LATER } : {}),
    cause: error,
  });
}

/** Errors of the SDK have `$metadata`, those of sockets a `code`. Both mean that another service failed. */
const isOutage = (thrown: unknown): boolean =>
  thrown instanceof Error &&
  ('$metadata' in thrown ||
    'code' in thrown ||
    thrown.name === 'TimeoutError' ||
    thrown.name === 'AbortError');

/** Any thrown value as a problem; an error that is not in the list of codes reveals nothing about itself. */
export function problemOf(thrown: unknown): ApiProblem {
  if (thrown instanceof ApiProblem) return thrown;
  if (thrown instanceof QueueError) return fromQueueError(thrown);
  return isOutage(thrown)
    ? new ApiProblem(503, 'UNCLASSIFIED', { detail: NO_STORE, headers: RETRY_LATER, cause: thrown })
    : new ApiProblem(500, 'UNCLASSIFIED', { detail: HIDDEN.text, cause: thrown });
}

/**
 * The error of a retry whose execution could not be started. The transition is stored, and within a minute the sweep starts its
 * execution. The same request sent again is answered with 412. Any other value is returned unchanged.
 */
export function retryNotStarted(thrown: unknown): unknown {
  if (!isErrorOf(thrown, 'not_started')) return thrown;
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
    title: rowOf(code).text,
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
