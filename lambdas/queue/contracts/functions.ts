/** The functions of the queue with the environment variables that each reads; `lib` sets them, `requireEnv` reads them. */
import { Env, type EnvName } from '../../shared/contracts/environment.ts';

/** Each function (`lambdas/queue/handlers/<name>.handler.ts`) with the variables it reads. */
export const QUEUE_FUNCTION_ENV = {
  'enqueue-action': [Env.TasksTable, Env.StateMachineArn, Env.AllowedEngines],
  'read-actions': [Env.TasksTable, Env.AuditTable, Env.CardsTable, Env.ControlsTable],
  'control-action': [Env.TasksTable, Env.ControlsTable, Env.StateMachineArn],
  'run-action-pdf': [Env.TasksTable, Env.LedgerTable, Env.ControlsTable, Env.DocumentsBucket, Env.FontsDir],
  'run-action-crm': [Env.TasksTable, Env.LedgerTable, Env.ControlsTable, Env.CrmBaseUrl, Env.CrmSecretArn],
  'run-action-slack': [
    Env.TasksTable,
    Env.LedgerTable,
    Env.ControlsTable,
    Env.SlackApiUrl,
    Env.SlackSecretArn,
    Env.SlackChannelId,
  ],
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
