/**
 * The deployed functions, each in several containers. A container is another instance of the handler's own module, with its own module
 * state; shared modules have no relevant state. It runs one invocation at a time, like Lambda. A killed invocation never continues, so its
 * container can be used again.
 */
import type { Context } from 'aws-lambda';
import { Env } from '../../../lambdas/shared/contracts/environment.ts';
import {
  HTTP_PROVIDERS,
  type HttpProvider,
  PROVIDERS,
  SECRET_PROVIDERS,
  WORKER_FUNCTIONS,
  recordOf,
} from '../../../lambdas/shared/contracts/providers.ts';
import type { FunctionName } from '../../../lib/shared/functions.ts';
import { handlerFileOf } from '../../../lib/shared/bundle-functions.ts';
import { ENGINE } from '../../helpers/builders.ts';

/** A Lambda handler. */
export type Handler = (event: unknown, context: Context) => Promise<unknown>;

/** Functions that run in a world. */
export const SIMULATED_FUNCTIONS = [
  'enqueue-action',
  'control-action',
  ...WORKER_FUNCTIONS,
  'record-lost-worker',
  'sweep',
  'publish-transitions',
  'update-card',
  'operate-click',
] as const satisfies readonly FunctionName[];
/** One of {@link SIMULATED_FUNCTIONS}. */
export type SimulatedFunction = (typeof SIMULATED_FUNCTIONS)[number];

/** Concurrent invocations of one function; more are throttled. */
export const CONTAINERS = 6;

/** Addresses of the world's services. */
export const ADDRESSES = {
  ...recordOf(
    HTTP_PROVIDERS.map((name): [HttpProvider, string] => {
      const { path, baseHasPath } = PROVIDERS[name].api;
      return [name, `https://${name}.simulated${baseHasPath ? path : ''}`];
    }),
  ),
  channel: 'C0SIMULATED',
  cardQueue: 'https://sqs.simulated/cards',
  clickQueue: 'https://sqs.simulated/clicks',
  parkedQueue: 'https://sqs.simulated/parked',
  bucket: 'documents',
  machine: 'arn:aws:states:eu-central-1:123456789012:stateMachine:quote-action',
  secret: 'arn:aws:secretsmanager:eu-central-1:123456789012:secret:providers',
} as const;

/** Tables by the variable that names them. */
export const TABLES = {
  [Env.TasksTable]: 'Tasks',
  [Env.LedgerTable]: 'Ledger',
  [Env.AuditTable]: 'Audit',
  [Env.CardsTable]: 'Cards',
  [Env.ControlsTable]: 'Controls',
} as const;

const VARIABLES: Readonly<Record<string, string>> = {
  ...TABLES,
  [Env.DocumentsBucket]: ADDRESSES.bucket,
  [Env.StateMachineArn]: ADDRESSES.machine,
  [Env.ParkedQueueUrl]: ADDRESSES.parkedQueue,
  [Env.AllowedEngines]: ENGINE,
  ...Object.fromEntries(HTTP_PROVIDERS.map((name) => [PROVIDERS[name].api.baseEnv, ADDRESSES[name]])),
  ...Object.fromEntries(SECRET_PROVIDERS.map((name) => [PROVIDERS[name].secret.arnEnv, ADDRESSES.secret])),
  [Env.SlackChannelId]: ADDRESSES.channel,
  [Env.TypesetterDir]: 'typesetter',
  [Env.CardQueueUrl]: ADDRESSES.cardQueue,
  [Env.ClickQueueUrl]: ADDRESSES.clickQueue,
  [Env.OperatorsParameter]: '/operators',
  [Env.EventBusName]: 'transitions',
  [Env.Stage]: 'simulated',
  AWS_REGION: 'eu-central-1',
  AWS_ACCESS_KEY_ID: 'simulated',
  AWS_SECRET_ACCESS_KEY: 'simulated',
  POWERTOOLS_LOG_LEVEL: 'SILENT',
  POWERTOOLS_METRICS_DISABLED: 'true',
};

/** A container. */
export interface Container {
  readonly handler: Handler;
  busy: boolean;
}

async function load(name: SimulatedFunction, copy: number): Promise<Container> {
  // The renderer reads fonts from disk and uses 50 ms of CPU, so it is replaced; the rest of the effect is the production code.
  const file = name === 'run-action-pdf' ? './pdf-worker.ts' : `../../../${handlerFileOf(name)}`;
  const module: { handler?: unknown } = await import(
    new URL(`${file}?container=${copy}`, import.meta.url).href
  );
  const { handler } = module;
  if (typeof handler !== 'function') throw new TypeError(`${name}: expected a handler`);
  const run: Handler = async (event, context): Promise<unknown> =>
    Reflect.apply(handler, undefined, [event, context]);
  return { handler: run, busy: false };
}

/** The containers of every function. */
export type Fleet = ReadonlyMap<SimulatedFunction, readonly Container[]>;

/** Loads every function; once per process is enough. */
export async function loadFleet(): Promise<Fleet> {
  Object.assign(process.env, VARIABLES);
  const entries = SIMULATED_FUNCTIONS.map(async (name) => {
    const copies = Array.from({ length: CONTAINERS }, (_, copy) => load(name, copy));
    return [name, await Promise.all(copies)] as const;
  });
  return new Map(await Promise.all(entries));
}
