/**
 * The deployed functions, each in several containers. A container is the handler's own module loaded once more (its state at
 * module level is its own); what handlers share has no state that matters. One invocation at a time, as on Lambda; what was
 * killed in a container never goes on there, so it is as good as a new one.
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

/** A handler as Lambda calls it. */
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

/** Invocations of one function at once; more are throttled. */
export const CONTAINERS = 6;

/** Names under which the world answers. */
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
  // The renderer reads fonts from disk and takes 50 ms of CPU; the effect around it is the production one.
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
