/**
 * Replaces the machine below the production code: the running world answers clock, ids, timers, `fetch` and the SDK's clients. It is
 * installed once per process, and the code under test is loaded as deployed. Outside a world, everything is real.
 */
import crypto from 'node:crypto';
import { syncBuiltinESMExports } from 'node:module';
import timers from 'node:timers/promises';
import { EventBridgeClient } from '@aws-sdk/client-eventbridge';
import { S3Client } from '@aws-sdk/client-s3';
import { SecretsManagerClient } from '@aws-sdk/client-secrets-manager';
import { SFNClient } from '@aws-sdk/client-sfn';
import { SQSClient } from '@aws-sdk/client-sqs';
import { DynamoDBDocumentClient } from '@aws-sdk/lib-dynamodb';

/** A service with an SDK client. */
export type Service = 'dynamodb' | 's3' | 'secrets' | 'states' | 'sqs' | 'events';

/** The functions that a world provides. */
export interface Sandbox {
  /** The caller's clock, in epoch ms. */
  nowMs(): number;
  nextId(): string;
  sleep(ms: number): Promise<void>;
  fetch(url: string, init: RequestInit): Promise<Response>;
  send(service: Service, command: unknown): Promise<unknown>;
}

const STACK_LINES = Error.stackTraceLimit;

let sandbox: Sandbox | undefined;

const RealDate = Date;
const real = {
  fetch: globalThis.fetch,
  abortAfter: AbortSignal.timeout.bind(AbortSignal),
  randomUUID: crypto.randomUUID,
  delay: timers.setTimeout,
};

/** `Date` with the caller's clock. */
class SandboxDate extends RealDate {
  constructor(...parts: readonly unknown[]) {
    // oxlint-disable-next-line typescript/no-unsafe-type-assertion -- forwarded unchanged
    super(...((parts.length === 0 ? [SandboxDate.now()] : parts) as [number]));
  }
  static override now(): number {
    return sandbox === undefined ? RealDate.now() : sandbox.nowMs();
  }
}

/** Time limits of the signals for `fetch`. */
const timeouts = new WeakMap<AbortSignal, number>();

/** Time until a request is aborted, in ms. */
export const timeoutMsOf = (init: RequestInit): number =>
  (init.signal instanceof AbortSignal ? timeouts.get(init.signal) : undefined) ?? Number.POSITIVE_INFINITY;

function abortAfter(ms: number): AbortSignal {
  if (sandbox === undefined) return real.abortAfter(ms);
  const { signal } = new AbortController();
  timeouts.set(signal, ms);
  return signal;
}

type Sender = (this: unknown, command: unknown, ...rest: readonly unknown[]) => unknown;

/** Redirects requests of a client to the world while there is one. */
function redirect(client: { readonly prototype: object }, service: Service): void {
  const send: unknown = Reflect.get(client.prototype, 'send');
  if (typeof send !== 'function') throw new TypeError(`${service}: expected a client that sends`);
  const redirected: Sender = function redirected(command, ...rest) {
    return sandbox === undefined
      ? Reflect.apply(send, this, [command, ...rest])
      : sandbox.send(service, command);
  };
  Object.defineProperty(client.prototype, 'send', { value: redirected, configurable: true, writable: true });
}

function patchBuiltins(): void {
  Object.assign(crypto, {
    randomUUID: () => (sandbox === undefined ? real.randomUUID() : sandbox.nextId()),
  });
  Object.assign(timers, {
    setTimeout: (ms: number, value?: unknown) =>
      sandbox === undefined ? real.delay(ms, value) : sandbox.sleep(ms).then(() => value),
  });
  syncBuiltinESMExports();
}

let installed = false;

/** Installs the sandbox. A second call has no effect. */
export function installSandbox(): void {
  if (installed) return;
  installed = true;
  patchBuiltins();
  Object.assign(globalThis, {
    Date: SandboxDate,
    fetch: (input: string | URL | Request, init: RequestInit = {}) =>
      sandbox === undefined ? real.fetch(input, init) : sandbox.fetch(urlOf(input), init),
  });
  Object.assign(AbortSignal, { timeout: abortAfter });
  redirect(DynamoDBDocumentClient, 'dynamodb');
  redirect(S3Client, 's3');
  redirect(SecretsManagerClient, 'secrets');
  redirect(SFNClient, 'states');
  redirect(SQSClient, 'sqs');
  redirect(EventBridgeClient, 'events');
}

const urlOf = (input: string | URL | Request): string =>
  typeof input === 'string' ? input : input instanceof URL ? input.href : input.url;

/** Makes a world answer until {@link leave}. */
export function enter(world: Sandbox): void {
  // A world makes thousands of errors, and their stacks are never read.
  Error.stackTraceLimit = 0;
  sandbox = world;
}

/** Returns to the real machine. */
export function leave(): void {
  Error.stackTraceLimit = STACK_LINES;
  sandbox = undefined;
}
