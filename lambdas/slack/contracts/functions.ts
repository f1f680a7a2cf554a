/** The functions of Slack's side with the environment variables that each reads; `lib` sets them, `requireEnv` reads them. */
import { Env, type EnvName } from '../../shared/contracts/environment.ts';

/** Each function (`lambdas/slack/handlers/<name>.handler.ts`) with the variables it reads. */
export const SLACK_FUNCTION_ENV = {
  'update-card': [
    Env.TasksTable,
    Env.LedgerTable,
    Env.CardsTable,
    Env.CardQueueUrl,
    Env.SlackApiUrl,
    Env.SlackSecretArn,
    Env.SlackChannelId,
    Env.Stage,
  ],
  'slack-interactions': [
    Env.SlackSecretArn,
    Env.SlackApiUrl,
    Env.OperatorsParameter,
    Env.LedgerTable,
    Env.ClickQueueUrl,
    Env.TasksTable,
    Env.AuditTable,
  ],
  'operate-click': [Env.TasksTable, Env.StateMachineArn, Env.SlackApiUrl, Env.SlackSecretArn, Env.Stage],
  'slack-commands': [
    Env.SlackSecretArn,
    Env.OperatorsParameter,
    Env.TasksTable,
    Env.AuditTable,
    Env.CardsTable,
  ],
} as const satisfies Record<string, readonly EnvName[]>;
