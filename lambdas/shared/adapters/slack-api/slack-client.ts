/** The Slack client: one request for each call, with a time limit; every failure becomes a {@link QueueError}. */
import {
  LogLevel,
  WebAPIHTTPError,
  WebAPIPlatformError,
  WebAPIRateLimitedError,
  WebAPIRequestError,
  WebClient,
} from '@slack/web-api';
import * as z from 'zod/mini';
import { QueueError } from '../../domain/errors.ts';
import { networkError, retryAfterSeconds } from '../provider-http.ts';
import { systemClock } from '../system.ts';

/**
 * Four calls (read the root, find and post the message, open the thread) take less than the worker's 15 s, even at this limit.
 * A deleted root costs two more. If the worker's time ends before that, the outcome is unknown, and the next worker searches
 * for the message.
 */
const REQUEST_TIMEOUT_MS = 3_000;

/** Slack's id of a message; an answer with another value does not tell whether the message was posted. */
export const MESSAGE_TS = /^\d{1,12}(\.\d{1,9})?$/;

/** Wait after a 429 that names none. */
const DEFAULT_RETRY_AFTER_SECONDS = 1;

/**
 * The SDK treats a 429 without a whole number of seconds as an invalid answer. It is a definite deferral, for the time in any
 * other form of the header.
 */
function withRetryAfter(response: Response): Response {
  if (response.status !== 429) return response;
  const wish = retryAfterSeconds(response.headers.get('retry-after'), systemClock.nowMs());
  const headers = new Headers(response.headers);
  headers.set('retry-after', String(wish ?? DEFAULT_RETRY_AFTER_SECONDS));
  return new Response(response.body, { status: response.status, headers });
}

/**
 * A client without retries: the SDK would post again after a network error, up to 10 times and without a probe.
 * @param apiUrl URL with a trailing slash, e.g. `https://slack.com/api/`
 * @param timeoutMs time limit of one request; @default 3,000
 */
export const createSlackClient = (token: string, apiUrl: string, timeoutMs = REQUEST_TIMEOUT_MS): WebClient =>
  new WebClient(token, {
    slackApiUrl: apiUrl,
    retryConfig: { retries: 0 },
    timeout: timeoutMs,
    rejectRateLimitedCalls: true,
    // Failures are thrown and logged as attempts; the SDK's own log lines are not JSON.
    logLevel: LogLevel.ERROR,
    fetch: async (url, init) => withRetryAfter(await globalThis.fetch(url, init)),
  });

/** Errors that the set-up must fix: the channel or the app is not as documented. */
const MISCONFIGURED: ReadonlySet<string> = new Set([
  'channel_not_found',
  'is_archived',
  'not_in_channel',
  'missing_scope',
  'channel_is_limited_access',
  'thread_not_found',
  'method_not_supported_for_channel_type',
  'is_inactive',
  'restricted_action_non_threadable_channel',
  'restricted_action_read_only_channel',
  'restricted_action_thread_locked',
  'restricted_action_thread_only_channel',
]);
const UNAUTHORIZED: ReadonlySet<string> = new Set([
  'invalid_auth',
  'not_authed',
  'account_inactive',
  'token_revoked',
  'token_expired',
  'no_permission',
  'org_login_required',
  'access_denied',
  'ekm_access_denied',
  'restricted_action',
  'team_access_not_granted',
  'accesslimited',
  'enterprise_is_restricted',
  'not_allowed_token_type',
  'two_factor_setup_required',
]);
/** Slack failed during the call; the message may have been posted. */
const UNKNOWN: ReadonlySet<string> = new Set([
  'fatal_error',
  'internal_error',
  'service_unavailable',
  'request_timeout',
  'team_added_to_org',
  'external_channel_migrating',
  'update_failed',
]);

/** If an answer is not JSON, the SDK passes its body on as the error; then it is unknown what Slack has done. */
const ERROR_CODE = /^[a-z0-9_]{1,64}$/;

/**
 * The place in a message where Slack found an error, at the end of a text that may quote anything:
 * `[json-pointer:/blocks/0/text]`.
 */
const POINTER = /\[json-pointer:((?:\/(?:[a-z_]{1,32}|\d{1,4})){1,12})\]/g;
const MAX_POINTERS = 10;
const metadataSchema = z.object({ messages: z.array(z.string()) });

/** ` at /blocks/0/text/text`; empty when Slack names no place. */
function placesOf({ data }: WebAPIPlatformError): string {
  const messages = metadataSchema.safeParse(data.response_metadata).data?.messages ?? [];
  const found = messages.flatMap((message) => [...message.matchAll(POINTER)].map(([, pointer]) => pointer));
  const places = [...new Set(found)].slice(0, MAX_POINTERS);
  return places.length === 0 ? '' : ` at ${places.join(', ')}`;
}

function platformError(error: WebAPIPlatformError): QueueError {
  // The SDK declares this as text, but passes on any JSON that is not `ok`, also `[]`, which has no code.
  const code: unknown = error.data.error;
  if (typeof code !== 'string' || !ERROR_CODE.test(code)) {
    return new QueueError('PROVIDER_UNAVAILABLE', {
      detail: 'Slack answered without an error code',
      cause: error,
    });
  }
  const options = { detail: `Slack answered ${code}${placesOf(error)}`, cause: error };
  if (code === 'ratelimited' || code === 'rate_limited' || code === 'message_limit_exceeded') {
    return new QueueError('PROVIDER_RATE_LIMITED', { ...options, deferral: true, retryAfterSeconds: 1 });
  }
  if (MISCONFIGURED.has(code)) return new QueueError('PROVIDER_MISCONFIGURED', options);
  if (UNAUTHORIZED.has(code)) return new QueueError('PROVIDER_UNAUTHORIZED', options);
  if (UNKNOWN.has(code)) return new QueueError('PROVIDER_UNAVAILABLE', options);
  return new QueueError('PROVIDER_REFUSED', options);
}

/** Any error of a Slack call as a {@link QueueError}. */
export function slackError(thrown: unknown): QueueError {
  if (thrown instanceof WebAPIRateLimitedError) {
    return new QueueError('PROVIDER_RATE_LIMITED', {
      deferral: true,
      retryAfterSeconds: Math.max(0, thrown.retryAfter),
      cause: thrown,
    });
  }
  if (thrown instanceof WebAPIPlatformError) return platformError(thrown);
  if (thrown instanceof WebAPIHTTPError) {
    return new QueueError('PROVIDER_UNAVAILABLE', {
      detail: `Slack answered ${thrown.statusCode}`,
      cause: thrown,
    });
  }
  return networkError(thrown instanceof WebAPIRequestError ? thrown.original : thrown);
}
