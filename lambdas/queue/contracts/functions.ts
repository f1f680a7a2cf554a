/** The functions of the queue with the environment variables that each reads; `lib` sets them, `requireEnv` reads them. */
import { Env, type EnvName } from '../../shared/contracts/environment.ts';
import { byWorker, providerEnvOf } from '../../shared/contracts/providers.ts';

/** Variables of every worker. */
const WORKER_ENV = [Env.TasksTable, Env.LedgerTable, Env.ControlsTable] as const;

/** Each function (`lambdas/queue/handlers/<name>.handler.ts`) with the variables it reads. */
export const QUEUE_FUNCTION_ENV = {
  'enqueue-action': [Env.TasksTable, Env.StateMachineArn, Env.AllowedEngines],
  'read-actions': [Env.TasksTable, Env.AuditTable, Env.CardsTable, Env.ControlsTable],
  'control-action': [Env.TasksTable, Env.ControlsTable, Env.StateMachineArn],
  ...byWorker((provider) => [...WORKER_ENV, ...providerEnvOf(provider)]),
  'record-lost-worker': [Env.TasksTable],
  sweep: [
    Env.TasksTable,
    Env.LedgerTable,
    Env.AuditTable,
    Env.ControlsTable,
    Env.StateMachineArn,
    Env.EventBusName,
    Env.Stage,
  ],
  'publish-transitions': [Env.AuditTable, Env.ParkedQueueUrl, Env.EventBusName, Env.Stage],
} as const satisfies Record<string, readonly EnvName[]>;
/** Name of a function of the queue. */
export type QueueFunctionName = keyof typeof QUEUE_FUNCTION_ENV;
