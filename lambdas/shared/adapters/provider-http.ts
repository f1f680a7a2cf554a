/** Sends one request to a provider over HTTP; every failure becomes a {@link QueueError}. */
import { codeWord } from '../contracts/text.ts';
import { QueueError } from '../domain/errors.ts';

/** A request to a provider. */
export interface ProviderRequest {
  readonly url: URL;
  readonly method: 'GET' | 'POST';
  readonly token: string;
  readonly body?: unknown;
  /** Time limit until the whole answer is received, in ms. */
  readonly timeoutMs: number;
}

/** An answer below 500 that is not 429. */
export interface ProviderResponse {
  readonly status: number;
  /** Parsed JSON; `undefined` if the body is not JSON. */
  readonly json: unknown;
}

/** Without a connection, nothing can have reached the provider. */
const NOT_SENT_CODES: ReadonlySet<string> = new Set([
  'ECONNREFUSED',
  'ENOTFOUND',
  'EAI_AGAIN',
  'EHOSTUNREACH',
  'ENETUNREACH',
  'UND_ERR_CONNECT_TIMEOUT',
]);

function codeOf(error: unknown): string | undefined {
  const cause = error instanceof Error ? error.cause : undefined;
  return cause instanceof Error && 'code' in cause && typeof cause.code === 'string'
    ? codeWord(cause.code)
    : undefined;
}

/** A failed `fetch` as a {@link QueueError}: `retryable` only if nothing was sent. */
export function networkError(thrown: unknown): QueueError {
  if (thrown instanceof Error && thrown.name === 'TimeoutError') {
    return new QueueError('PROVIDER_TIMEOUT', { cause: thrown });
  }
  const code = codeOf(thrown);
  return code !== undefined && NOT_SENT_CODES.has(code)
    ? new QueueError('PROVIDER_CONNECTION_REFUSED', {
        detail: `The provider could not be reached (${code})`,
        cause: thrown,
      })
    : new QueueError('PROVIDER_UNAVAILABLE', {
        detail: `The connection broke (${code ?? 'no code'})`,
        cause: thrown,
      });
}

/** Wait before the next request if the provider names none. */
const DEFAULT_RETRY_AFTER_SECONDS = 1;

const SECONDS = /^\d+(\.\d+)?$/;
/**
 * An HTTP date begins with a day of the week, an ISO 8601 date with a year. `Date.parse` also accepts `-5` and `5 s` as dates.
 */
const DATE = /^(?:(?:Mon|Tue|Wed|Thu|Fri|Sat|Sun)[a-z]*,? |\d{4}-\d\d-\d\dT)/;

/**
 * `Retry-After` in seconds from `nowMs`: a number of seconds or an HTTP date (RFC 9110, 10.2.3). If both provider and gateway
 * set it, `fetch` joins their numbers by commas, and the longest wait is used. Any other text is ignored.
 */
export function retryAfterSeconds(value: string | null, nowMs: number): number | undefined {
  const text = value?.trim() ?? '';
  const parts = text.split(',').map((part) => part.trim());
  if (parts.every((part) => SECONDS.test(part))) return Math.ceil(Math.max(...parts.map(Number)));
  const atMs = DATE.test(text) ? Date.parse(text) : Number.NaN;
  return Number.isNaN(atMs) ? undefined : Math.max(0, Math.ceil((atMs - nowMs) / 1_000));
}

/** Errors of the statuses that mean the same for every provider. */
function refusal(response: Response, nowMs: number): QueueError | undefined {
  const { status } = response;
  const wish = retryAfterSeconds(response.headers.get('retry-after'), nowMs);
  const detail = `The provider answered ${status}`;
  if (status === 429 || (status === 503 && wish !== undefined)) {
    const retryAfter = wish ?? DEFAULT_RETRY_AFTER_SECONDS;
    return new QueueError('PROVIDER_RATE_LIMITED', { detail, deferral: true, retryAfterSeconds: retryAfter });
  }
  if (status === 408) return new QueueError('PROVIDER_TIMEOUT', { detail });
  if (status >= 500) return new QueueError('PROVIDER_UNAVAILABLE', { detail });
  if (status === 401 || status === 403) return new QueueError('PROVIDER_UNAUTHORIZED', { detail });
  if (status >= 300 && status < 400) {
    return new QueueError('PROVIDER_MISCONFIGURED', { detail: `${detail}: a redirect; check the base URL` });
  }
  return undefined;
}

function parseJson(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch {
    return undefined;
  }
}

const initOf = (request: ProviderRequest): RequestInit => ({
  method: request.method,
  headers: {
    authorization: `Bearer ${request.token}`,
    accept: 'application/json',
    ...(request.body === undefined ? {} : { 'content-type': 'application/json' }),
  },
  ...(request.body === undefined ? {} : { body: JSON.stringify(request.body) }),
  redirect: 'manual',
  signal: AbortSignal.timeout(request.timeoutMs),
});

/**
 * Sends one request once.
 * @throws {QueueError} `PROVIDER_RATE_LIMITED` (deferral), `PROVIDER_TIMEOUT`, `PROVIDER_UNAVAILABLE` (unknown),
 * `PROVIDER_CONNECTION_REFUSED` (nothing sent), `PROVIDER_UNAUTHORIZED`, `PROVIDER_MISCONFIGURED`
 */
export async function askProvider(request: ProviderRequest, nowMs: () => number): Promise<ProviderResponse> {
  let response: Response;
  let text: string;
  try {
    response = await fetch(request.url, initOf(request));
    text = await response.text();
  } catch (thrown) {
    throw networkError(thrown);
  }
  const refused = refusal(response, nowMs());
  if (refused !== undefined) throw refused;
  return { status: response.status, json: parseJson(text) };
}
