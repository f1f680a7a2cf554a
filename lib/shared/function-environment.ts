import { Env, type EnvName } from '../../lambdas/shared/contracts/environment.ts';
import { FUNCTION_ENV, type FunctionName } from './functions.ts';
import {
  HTTP_PROVIDERS,
  type HttpProvider,
  PROVIDERS,
  SECRET_PROVIDERS,
  type SecretProvider,
  recordOf,
} from '../../lambdas/shared/contracts/providers.ts';
import { TYPESETTER_DIR } from './bundle-functions.ts';
import type { QueueConfig } from '../config/queue-config.ts';
import type { QueueResources } from '../queue/function-permissions.ts';
import type { SlackResources } from '../slack/slack-permissions.ts';

/** The variable every AWS SDK client reads its endpoint from; set on the local stage only. */
const AWS_ENDPOINT_VARIABLE = 'AWS_ENDPOINT_URL';

type BaseEnv = (typeof PROVIDERS)[HttpProvider]['api']['baseEnv'];
type SecretEnv = (typeof PROVIDERS)[SecretProvider]['secret']['arnEnv'];

const baseAddresses = (config: QueueConfig): Record<BaseEnv, string> =>
  recordOf(
    HTTP_PROVIDERS.map((provider): [BaseEnv, string] => {
      const { baseEnv, setting } = PROVIDERS[provider].api;
      return [baseEnv, config[setting]];
    }),
  );

const secretArns = ({ secrets }: QueueResources): Record<SecretEnv, string> =>
  recordOf(
    SECRET_PROVIDERS.map((provider): [SecretEnv, string] => [
      PROVIDERS[provider].secret.arnEnv,
      secrets.arns[provider],
    ]),
  );

/** The value of every variable of the contract. */
export const environmentValues = (
  config: QueueConfig,
  r: QueueResources & SlackResources,
): Record<EnvName, string> => ({
  [Env.TasksTable]: r.tables.tasks.tableName,
  [Env.LedgerTable]: r.tables.ledger.tableName,
  [Env.AuditTable]: r.tables.audit.tableName,
  [Env.DocumentsBucket]: r.documents.bucketName,
  [Env.StateMachineArn]: r.startableMachineArn,
  [Env.ParkedQueueUrl]: r.parked.url,
  [Env.AllowedEngines]: config.allowedEngines.join(','),
  ...baseAddresses(config),
  ...secretArns(r),
  [Env.SlackChannelId]: config.slackChannelId,
  [Env.TypesetterDir]: TYPESETTER_DIR,
  [Env.CardsTable]: r.tables.cards.tableName,
  [Env.CardQueueUrl]: r.cards.url,
  [Env.ClickQueueUrl]: r.clicks.url,
  [Env.OperatorsParameter]: r.operators.parameterName,
  [Env.EventBusName]: r.bus.eventBusName,
  [Env.ControlsTable]: r.tables.controls.tableName,
  [Env.Stage]: config.stage,
});

/** The variables of one function: those the contract lists for it, and on the local stage the endpoint. */
export const environmentOf = (
  name: FunctionName,
  config: QueueConfig,
  values: Readonly<Record<EnvName, string>>,
): Record<string, string> => ({
  ...Object.fromEntries(FUNCTION_ENV[name].map((variable) => [variable, values[variable]])),
  ...(config.awsEndpointUrl !== undefined && { [AWS_ENDPOINT_VARIABLE]: config.awsEndpointUrl }),
});
