/** Errors of a failed request for its sender: for the SDK, which retries once, and for `fetch`, which does not. */
import { InternalServerError, ProvisionedThroughputExceededException } from '@aws-sdk/client-dynamodb';
import { S3ServiceException } from '@aws-sdk/client-s3';
import { CLIENT_OPTIONS } from '../../../lambdas/shared/platform/client-options.ts';
import type { HttpRequest, Reply } from './providers/replies.ts';
import { responseOf } from './providers/replies.ts';
import type { Port } from '../kernel/faults.ts';
import type { Process } from '../kernel/kernel.ts';
import type { Network, Outcome } from '../kernel/network.ts';

type Failure = Extract<Outcome<unknown>, { kind: 'failed' }>['how'];

const broken = (code: string): Error =>
  Object.assign(new Error(code), { name: code === 'timeout' ? 'TimeoutError' : 'Error', code });

/** The SDK's error after its last attempt. */
function sdkError(port: Port, how: Failure): Error {
  if (port === 's3') {
    const status = how === 'throttled' ? 503 : how === 'server-error' ? 500 : undefined;
    const name = how === 'throttled' ? 'SlowDown' : 'InternalError';
    if (status !== undefined) {
      return new S3ServiceException({
        name,
        $fault: 'server',
        message: name,
        $metadata: { httpStatusCode: status },
      });
    }
  }
  switch (how) {
    case 'throttled':
      return new ProvisionedThroughputExceededException({ message: 'Slow down', $metadata: {} });
    case 'server-error':
      return new InternalServerError({ message: 'Internal server error', $metadata: {} });
    case 'refused':
      return broken('ECONNREFUSED');
    case 'reset':
      return broken('ECONNRESET');
    case 'timeout':
      return broken('timeout');
  }
}

/** Sends a command like the SDK: again after a failure, up to its number of attempts. */
export function sendBySdk<T>(
  network: Network,
  sender: Process,
  request: {
    readonly port: Port;
    readonly text: string;
    readonly isEffect?: boolean;
    readonly apply: () => T;
  },
): Promise<T> {
  const timeoutMs = CLIENT_OPTIONS.requestHandler.requestTimeout;
  return new Promise<T>((resolve, reject) => {
    const attempt = (tries: number): void =>
      network.send(sender, { ...request, timeoutMs }, (outcome) => {
        if (outcome.kind === 'answered') resolve(outcome.value);
        else if (outcome.kind === 'rejected') reject(outcome.error);
        else if (tries < CLIENT_OPTIONS.maxAttempts) attempt(tries + 1);
        else reject(sdkError(request.port, outcome.how));
      });
    attempt(1);
  });
}

/** Answer of a provider that has failed or is overloaded. */
const BROKEN_REPLIES: Partial<Record<Failure, Reply>> = {
  throttled: { status: 429, json: { message: 'Slow down' }, headers: { 'retry-after': '2' } },
  'server-error': { status: 500, json: { message: 'Internal error' } },
};

function fetchError(how: Failure): Error {
  if (how === 'timeout') return new DOMException('The operation was aborted due to timeout', 'TimeoutError');
  return new TypeError('fetch failed', { cause: broken(how === 'refused' ? 'ECONNREFUSED' : 'ECONNRESET') });
}

/** Requests that change something at a provider. */
const EFFECTS = /chat\.(postMessage|update)$|batch\/upsert$/;

/** Whether a request changes something at a provider. */
export const isEffect = ({ url }: HttpRequest): boolean => EFFECTS.test(url.pathname);

/** Sends a request like `fetch`: once. */
export function sendByFetch(
  network: Network,
  sender: Process,
  request: {
    readonly port: Port;
    readonly http: HttpRequest;
    readonly timeoutMs: number;
    readonly answer: (http: HttpRequest, isLate: boolean) => Reply;
  },
): Promise<Response> {
  const { port, http, timeoutMs, answer } = request;
  const text = `${port} ${http.method} ${http.url.pathname.slice(0, 60)}`;
  return new Promise<Response>((resolve, reject) => {
    const apply = (isLate: boolean): Reply => answer(http, isLate);
    network.send(sender, { port, text, timeoutMs, isEffect: isEffect(http), apply }, (outcome) => {
      if (outcome.kind === 'answered') return resolve(responseOf(outcome.value, http.url.href));
      if (outcome.kind === 'rejected') return reject(outcome.error);
      const reply = BROKEN_REPLIES[outcome.how];
      return reply === undefined
        ? reject(fetchError(outcome.how))
        : resolve(responseOf(reply, http.url.href));
    });
  });
}
