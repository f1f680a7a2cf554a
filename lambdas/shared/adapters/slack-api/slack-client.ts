/** The Slack client: one request per call, bounded, and every way it can end as an error of the list. */
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
 * Four calls (look at the root, find and post the message, open the thread) stay inside the worker's 15 s, should each take that long.
 * A deleted root costs two more; a worker whose time ends meanwhile leaves its outcome open, and the next one looks for it.
 */
const REQUEST_TIMEOUT_MS = 3_000;

/** How Slack names a message; an answer with anything else does not say what became of it. */
export const MESSAGE_TS = /^\d{1,12}(\.\d{1,9})?$/;

/** Wait after a 429 that names none. */
const DEFAULT_RETRY_AFTER_SECONDS = 1;

/**
 * The SDK takes a 429 without a whole number of seconds for a broken answer; it is a definite "not now" all the same, for as long
 * as any other form of the header says.
 */
function withRetryAfter(response: Response): Response {
  if (response.status !== 429) return response;
  const wish = retryAfterSeconds(response.headers.get('retry-after'), systemClock.nowMs());
  const headers = new Headers(response.headers);
  headers.set('retry-after', String(wish ?? DEFAULT_RETRY_AFTER_SECONDS));
  return new Response(response.body, { status: response.status, headers });
}

/**
 * A client without retries of its own: the SDK would post again after a network error, blindly, up to 10 times.
 * @param apiUrl with a trailing slash, e.g. `https://slack.com/api/`
 * @param timeoutMs of one request; @default 3,000
 */
export const createSlackClient = (token: string, apiUrl: string, timeoutMs = REQUEST_TIMEOUT_MS): WebClient =>
  new WebClient(token, {
    slackApiUrl: apiUrl,
    retryConfig: { retries: 0 },
    timeout: timeoutMs,
    rejectRateLimitedCalls: true,
    // What fails is thrown and logged as an attempt; the SDK's own lines are not JSON.
    logLevel: LogLevel.ERROR,
    fetch: async (url, init) => withRetryAfter(await globalThis.fetch(url, init)),
  });

/** Errors that set-up must repair: the channel or the app is not as documented. */
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
/** Slack failed while at it; the message may be there. */
const UNKNOWN: ReadonlySet<string> = new Set([
  'fatal_error',
  'internal_error',
  'service_unavailable',
  'request_timeout',
  'team_added_to_org',
  'external_channel_migrating',
  'update_failed',
]);

/** The SDK passes on the body of an answer that is not JSON as its error: nobody knows what Slack has done then. */
const ERROR_CODE = /^[a-z0-9_]{1,64}$/;

/** Where in a message Slack found a fault, as it ends a text that may quote anything: `[json-pointer:/blocks/0/text]`. */
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
  // The SDK declares a text. It passes on any JSON that is not `ok`, also `[]`, which has no code.
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

/** Anything a Slack call throws as an error of the list. */
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
