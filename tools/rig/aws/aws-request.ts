/** Sends one signed request to any AWS service with a JSON protocol, without an SDK client for it. */
import { createHash, createHmac, type Hash, type Hmac } from 'node:crypto';
import { SignatureV4 } from '@smithy/signature-v4';

type Bytes = string | ArrayBuffer | ArrayBufferView;

const bytesOf = (data: Bytes): Uint8Array => {
  if (typeof data === 'string') return Buffer.from(data, 'utf8');
  return ArrayBuffer.isView(data)
    ? new Uint8Array(data.buffer, data.byteOffset, data.byteLength)
    : new Uint8Array(data);
};

/** Node's SHA-256 with the interface that the signer needs; with a key, HMAC-SHA-256. For one use only: it cannot be reset. */
export class Sha256 {
  readonly #hash: Hash | Hmac;
  constructor(key?: Bytes) {
    this.#hash = key === undefined ? createHash('sha256') : createHmac('sha256', bytesOf(key));
  }
  /** Adds bytes to the hash; text as UTF-8. */
  update(data: Bytes): void {
    this.#hash.update(bytesOf(data));
  }
  /** The hash of all bytes so far. */
  async digest(): Promise<Uint8Array> {
    return this.#hash.digest();
  }
  /** @throws {TypeError} always */
  reset(): void {
    throw new TypeError('reset: expected a hash to be used once');
  }
}

/** A request. */
export interface AwsRequest {
  /** Name of the service in its host name and signature, e.g. `events`. */
  readonly service: string;
  /** Value of the header `X-Amz-Target`: service and operation. */
  readonly operation: string;
  /** Body of the request; sent as JSON. */
  readonly body: object;
  /** Time limit until the head of the answer arrives, in ms. */
  readonly timeoutMs: number;
}

/** Endpoint and credentials of the requests. */
export interface AwsTarget {
  readonly url: URL;
  readonly region: string;
  readonly credentials: {
    readonly accessKeyId: string;
    readonly secretAccessKey: string;
    readonly sessionToken?: string;
  };
}

/** Sends the request once, to a given target. @throws when no answer arrives; an answer of any status is returned */
export async function sendAwsRequestTo(
  { url, region, credentials }: AwsTarget,
  request: AwsRequest,
): Promise<Response> {
  const { service, operation, timeoutMs } = request;
  const body = JSON.stringify(request.body);
  const signed = await new SignatureV4({ service, region, credentials, sha256: Sha256 }).sign({
    method: 'POST',
    protocol: url.protocol,
    hostname: url.hostname,
    path: '/',
    headers: { host: url.host, 'content-type': 'application/x-amz-json-1.1', 'x-amz-target': operation },
    body,
  });
  const { host: _host, ...headers } = signed.headers;
  const signal = AbortSignal.timeout(timeoutMs);
  return fetch(new URL('/', url), { method: 'POST', headers, body, signal });
}

/** Lambda sets these in every function; elsewhere the process must set them. */
function environment(name: 'AWS_REGION' | 'AWS_ACCESS_KEY_ID' | 'AWS_SECRET_ACCESS_KEY'): string {
  const value = process.env[name];
  if (value === undefined || value === '')
    throw new Error(`Environment variable ${name}: expected a value, found none`);
  return value;
}

/** `AWS_ENDPOINT_URL_<SERVICE>` and `AWS_ENDPOINT_URL` replace the host, as in the SDK. */
const endpointOf = (service: string): URL =>
  new URL(
    process.env[`AWS_ENDPOINT_URL_${service.toUpperCase()}`] ??
      process.env['AWS_ENDPOINT_URL'] ??
      `https://${service}.${environment('AWS_REGION')}.amazonaws.com`,
  );

function targetOf(service: string): AwsTarget {
  const sessionToken = process.env['AWS_SESSION_TOKEN'];
  return {
    url: endpointOf(service),
    region: environment('AWS_REGION'),
    credentials: {
      accessKeyId: environment('AWS_ACCESS_KEY_ID'),
      secretAccessKey: environment('AWS_SECRET_ACCESS_KEY'),
      ...(sessionToken === undefined || sessionToken === '' ? {} : { sessionToken }),
    },
  };
}

/**
 * Sends the request once, with the credentials of the running function. @throws when no answer arrives; an answer of any status
 * is returned
 */
export const sendAwsRequest = async (request: AwsRequest): Promise<Response> =>
  sendAwsRequestTo(targetOf(request.service), request);
