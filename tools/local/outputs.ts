/** The addresses of a local environment for its users, written to `outputs.json` in its root. */
import { join } from 'node:path';
import * as z from 'zod/mini';
import { LOCAL_REGION } from './cdk.ts';
import { LocalEnvironmentError } from '../rig/process/processes.ts';
import { readStoredJson } from './stored-json.ts';

const stackOutputsSchema = z.looseObject({
  ApiId: z.string(),
  StateMachineArn: z.string(),
  TasksTableName: z.string(),
  LedgerTableName: z.string(),
  AuditTableName: z.string(),
  DocumentsBucketName: z.string(),
  ParkedQueueUrl: z.string(),
  CardsTableName: z.string(),
  ControlsTableName: z.string(),
  CardQueueUrl: z.string(),
  CardDeadLettersUrl: z.string(),
  ClickQueueUrl: z.string(),
  ClickDeadLettersUrl: z.string(),
  EventBusName: z.string(),
  OperatorsParameterName: z.string(),
  CrmSecretArn: z.string(),
  SlackSecretArn: z.string(),
  /** JSON: function name of the contract → deployed name. */
  FunctionNames: z.string(),
});
/** The stack outputs that the local environment needs; all others are kept unchanged. */
export type StackOutputs = z.infer<typeof stackOutputsSchema>;

const nullableUrl = z.nullable(z.string());
const localOutputsSchema = z.object({
  region: z.string(),
  awsEndpointUrl: z.string(),
  apiUrl: z.string(),
  slackPageUrl: nullableUrl,
  slackApiUrl: z.string(),
  slackChannelId: z.string(),
  crmBaseUrl: z.string(),
  crmPageUrl: nullableUrl,
  faultProxyUrl: z.string(),
  stateMachineArn: z.string(),
  tasksTable: z.string(),
  ledgerTable: z.string(),
  auditTable: z.string(),
  documentsBucket: z.string(),
  parkedQueueUrl: z.string(),
  cardsTable: z.string(),
  controlsTable: z.string(),
  cardQueueUrl: z.string(),
  cardDeadLettersUrl: z.string(),
  clickQueueUrl: z.string(),
  operatorsParameter: z.string(),
  eventBusName: z.string(),
  functions: z.record(z.string(), z.string()),
  stackOutputs: z.record(z.string(), z.string()),
});

/**
 * Addresses of a running local environment. `slackApiUrl` (with a slash at the end) and `crmBaseUrl` (without) lead through the
 * fault proxy. The two pages are `null` if the user's own Slack or CRM is used. `functions` maps the contract's name of a
 * function to its ARN.
 */
export type LocalOutputs = z.infer<typeof localOutputsSchema>;

/** The addresses that do not come from the stack. */
export type LocalAddresses = Pick<
  LocalOutputs,
  | 'awsEndpointUrl'
  | 'slackPageUrl'
  | 'slackApiUrl'
  | 'slackChannelId'
  | 'crmBaseUrl'
  | 'crmPageUrl'
  | 'faultProxyUrl'
>;

const problemsOf = (error: z.core.$ZodError): string =>
  error.issues.map((issue) => `${issue.path.join('.') || 'file'}: ${issue.message}`).join('; ');

/**
 * Reads the outputs file of `cdk deploy`: stack → output → value. The outputs of several stacks are merged.
 * @throws {LocalEnvironmentError} with the missing outputs
 */
export const parseStackOutputs = (text: string): StackOutputs => {
  const stacks = z.record(z.string(), z.record(z.string(), z.string())).parse(JSON.parse(text));
  const parsed = stackOutputsSchema.safeParse(Object.assign({}, ...Object.values(stacks)));
  if (parsed.success) return parsed.data;
  throw new LocalEnvironmentError(`Outputs of the stack: ${problemsOf(parsed.error)}`);
};

const functionArns = (outputs: StackOutputs): Record<string, string> => {
  const account = outputs.StateMachineArn.split(':')[4] ?? '';
  const names = z.record(z.string(), z.string()).parse(JSON.parse(outputs.FunctionNames));
  const arn = (name: string): string => `arn:aws:lambda:${LOCAL_REGION}:${account}:function:${name}`;
  return Object.fromEntries(Object.entries(names).map(([key, name]) => [key, arn(name)]));
};

/** Combines both kinds of addresses. */
export const localOutputsOf = (addresses: LocalAddresses, outputs: StackOutputs): LocalOutputs => ({
  ...addresses,
  region: LOCAL_REGION,
  apiUrl: `${addresses.awsEndpointUrl}/_aws/execute-api/${outputs.ApiId}/$default`,
  stateMachineArn: outputs.StateMachineArn,
  tasksTable: outputs.TasksTableName,
  ledgerTable: outputs.LedgerTableName,
  auditTable: outputs.AuditTableName,
  documentsBucket: outputs.DocumentsBucketName,
  parkedQueueUrl: outputs.ParkedQueueUrl,
  cardsTable: outputs.CardsTableName,
  controlsTable: outputs.ControlsTableName,
  cardQueueUrl: outputs.CardQueueUrl,
  cardDeadLettersUrl: outputs.CardDeadLettersUrl,
  clickQueueUrl: outputs.ClickQueueUrl,
  operatorsParameter: outputs.OperatorsParameterName,
  eventBusName: outputs.EventBusName,
  functions: functionArns(outputs),
  stackOutputs: z.record(z.string(), z.string()).parse(outputs),
});

/** Path of the file with the addresses. */
export const outputsFile = (root: string): string => join(root, 'outputs.json');

const START_AGAIN = 'run `npm run quoteq -- local down`, then `npm run quoteq -- local up`';

/**
 * Reads `outputs.json`; `undefined` if the file does not exist.
 * @throws {LocalEnvironmentError} when it is damaged, or has the shape of another version
 */
export const readLocalOutputs = (root: string): LocalOutputs | undefined => {
  const file = outputsFile(root);
  const stored = readStoredJson(file);
  if (stored.kind === 'absent') return undefined;
  if (stored.kind === 'damaged')
    throw new LocalEnvironmentError(`${file} is damaged (${stored.why}): ${START_AGAIN}`);
  const parsed = localOutputsSchema.safeParse(stored.value);
  if (parsed.success) return parsed.data;
  const [first] = problemsOf(parsed.error).split('; ');
  throw new LocalEnvironmentError(`${file} is not from this version (${first}): ${START_AGAIN}`);
};
