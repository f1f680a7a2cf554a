/** Signed requests to the queue's HTTP API. */
import { setTimeout as delay } from 'node:timers/promises';
import { SignatureV4 } from '@smithy/signature-v4';
import { Sha256 } from '../../rig/aws/aws-request.ts';
import { CliError } from '../cli-error.ts';
import type { Target } from '../target/target.ts';

/** A request to the API. */
export interface ApiRequest {
  readonly method: 'GET' | 'POST';
  /** Path from the API's root, with its query: `/actions/task-…`. */
  readonly path: string;
  readonly headers?: Readonly<Record<string, string>>;
  /** JSON text. */
  readonly body?: string;
}

/** The API's answer. */
export interface ApiAnswer {
  readonly status: number;
  readonly headers: Headers;
  /** Parsed JSON; the text itself if it is not JSON. */
  readonly body: unknown;
}

/** Long enough for a cold start behind the API; API Gateway gives up after 30 s. */
const REQUEST_TIMEOUT_MS = 30_000;

const parsed = (text: string): unknown => {
  try {
    return JSON.parse(text);
  } catch {
    return text;
  }
};

async function signedHeaders(target: Target, url: URL, request: ApiRequest): Promise<Record<string, string>> {
  const signer = new SignatureV4({
    service: 'execute-api',
    region: target.region,
    credentials: await target.credentials(),
    sha256: Sha256,
  });
  const signed = await signer.sign({
    method: request.method,
    protocol: url.protocol,
    hostname: url.hostname,
    path: url.pathname,
    query: Object.fromEntries(url.searchParams),
    headers: {
      host: url.host,
      ...(request.body === undefined ? {} : { 'content-type': 'application/json' }),
      ...request.headers,
    },
    ...(request.body === undefined ? {} : { body: request.body }),
  });
  const { host: _host, ...headers } = signed.headers;
  return headers;
}

/**
 * Sends one signed request.
 * @param limitMs time until the whole answer is received
 * @throws {CliError} when the API cannot be reached
 * @throws {TypeError} when a header has a value that HTTP cannot carry; nothing was sent
 */
export async function callApi(
  target: Target,
  request: ApiRequest,
  limitMs: number = REQUEST_TIMEOUT_MS,
): Promise<ApiAnswer> {
  const url = new URL(`${target.apiUrl}${request.path}`);
  // Built before the try: an invalid request is not an error of the API.
  const message = new Request(url, {
    method: request.method,
    headers: await signedHeaders(target, url, request),
    ...(request.body === undefined ? {} : { body: request.body }),
    signal: AbortSignal.timeout(limitMs),
  });
  try {
    const response = await fetch(message);
    return { status: response.status, headers: response.headers, body: parsed(await response.text()) };
  } catch (cause) {
    throw new CliError(`The API at ${target.apiUrl} could not be reached; is it up?`, { cause });
  }
}

/**
 * For `.catch` of a request with an idempotency key: there was no answer. A busy machine may answer late, so the request may be
 * sent again.
 */
export const unanswered = (error: unknown): undefined => {
  if (error instanceof CliError) return undefined;
  throw error;
};

/** Statuses after which the same request may be sent again: it was not handled, or its answer was lost. */
const PASSING: ReadonlySet<number> = new Set([429, 502, 503, 504]);
/** 1 + 2 + 4 + 8 = 15 s of waiting at most, unless the API asks for more. */
const MAX_TRIES = 5;

async function tryOnce(target: Target, request: ApiRequest): Promise<ApiAnswer | CliError> {
  try {
    return await callApi(target, request);
  } catch (error) {
    if (error instanceof CliError) return error;
    throw error;
  }
}

const isPassing = (answer: ApiAnswer | CliError): boolean =>
  answer instanceof CliError || PASSING.has(answer.status);

function pauseMs(answer: ApiAnswer | CliError, tries: number): number {
  const wish = answer instanceof CliError ? null : answer.headers.get('retry-after');
  return 1_000 * Math.max(Number(wish ?? 0) || 0, 2 ** (tries - 1));
}

/**
 * Sends a request that may be delivered twice (a GET, or a POST under an idempotency key) until it is answered.
 * @throws {CliError} when the API cannot be reached
 */
export async function callApiPatiently(target: Target, request: ApiRequest): Promise<ApiAnswer> {
  for (let tries = 1; ; tries += 1) {
    const answer = await tryOnce(target, request);
    if (!isPassing(answer) || tries === MAX_TRIES) {
      if (answer instanceof CliError) throw answer;
      return answer;
    }
    await delay(pauseMs(answer, tries));
  }
}
