/** Signed requests to the queue's HTTP API. */
import { SignatureV4 } from '@smithy/signature-v4';
import { CliError } from './cli-error.ts';
import { NodeSha256 } from './node-sha256.ts';
import type { Target } from './target.ts';

/** A request to the API. */
export interface ApiRequest {
  readonly method: 'GET' | 'POST';
  /** From the API's root, with its query: `/actions/task-…`. */
  readonly path: string;
  readonly headers?: Readonly<Record<string, string>>;
  /** JSON text. */
  readonly body?: string;
}

/** The API's answer. */
export interface ApiAnswer {
  readonly status: number;
  readonly headers: Headers;
  /** Parsed JSON; the text itself when it is none. */
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
    sha256: NodeSha256,
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

/** Sends one signed request. @throws {CliError} when the API cannot be reached */
export async function callApi(target: Target, request: ApiRequest): Promise<ApiAnswer> {
  const url = new URL(`${target.apiUrl}${request.path}`);
  const headers = await signedHeaders(target, url, request);
  try {
    const response = await fetch(url, {
      method: request.method,
      headers,
      ...(request.body === undefined ? {} : { body: request.body }),
      signal: AbortSignal.timeout(REQUEST_TIMEOUT_MS),
    });
    return { status: response.status, headers: response.headers, body: parsed(await response.text()) };
  } catch (cause) {
    throw new CliError(`The API at ${target.apiUrl} could not be reached; is it up?`, { cause });
  }
}
