import { CliCredentialsStackSynthesizer, Stack } from 'aws-cdk-lib';
import type { IStackSynthesizer, StackProps } from 'aws-cdk-lib';
import type { Construct } from 'constructs';
import { FUNCTION_NAMES } from '../bundling/bundle-functions.ts';
import type { QueueConfig } from '../config/queue-config.ts';
import { Stage } from '../config/queue-config.ts';
import { ActionApi } from '../constructs/action-api.construct.ts';
import { AuditPublisher } from '../constructs/audit-publisher.construct.ts';
import { DataKey } from '../constructs/data-key.construct.ts';
import { Documents } from '../constructs/documents.construct.ts';
import type { QueueResources } from '../constructs/function-permissions.ts';
import { deployedFunctionName, executionArns, stateMachineArn } from '../constructs/names.ts';
import { ParkedQueue } from '../constructs/parked-queue.construct.ts';
import { ProviderSecrets } from '../constructs/provider-secrets.construct.ts';
import { QueueFunctions } from '../constructs/queue-functions.construct.ts';
import { addOutputs } from '../constructs/queue-outputs.ts';
import { QueueTables } from '../constructs/queue-tables.construct.ts';
import { QuoteActionMachine } from '../constructs/quote-action-machine.construct.ts';

/** Properties of {@link QueueStack}. */
export interface QueueStackProps {
  readonly config: QueueConfig;
  readonly region: string;
}

/**
 * The emulator does not evaluate the condition that guards the bootstrap roles, so it is deployed to as the caller.
 */
const cliSynthesizer = (): IStackSynthesizer =>
  // oxlint-disable-next-line typescript/no-unsafe-type-assertion -- CDK's class declares `bootstrapQualifier` wider than its interface (exactOptionalPropertyTypes)
  new CliCredentialsStackSynthesizer() as IStackSynthesizer;

const stackPropsOf = ({ config, region }: QueueStackProps): StackProps => ({
  stackName: config.stackName,
  description: 'Quote Execution Queue',
  env: { region, ...(config.account !== undefined && { account: config.account }) },
  terminationProtection: config.protectData,
  ...(config.stage === Stage.Local && { synthesizer: cliSynthesizer() }),
});

/** The queue in one Region: wiring only, each part is a construct of its own. */
export class QueueStack extends Stack {
  readonly auditPublisher: AuditPublisher;

  constructor(scope: Construct, id: string, props: QueueStackProps) {
    super(scope, id, stackPropsOf(props));
    const { config } = props;
    const dataKey = new DataKey(this, 'DataKey', { config });
    const common = { config, dataKey };
    const resources: QueueResources = {
      dataKey,
      tables: new QueueTables(this, 'Tables', common),
      documents: new Documents(this, 'Documents', common).bucket,
      secrets: new ProviderSecrets(this, 'Secrets', common),
      parked: new ParkedQueue(this, 'Parked', common),
      stateMachineArn: stateMachineArn(this, config.stackName),
      executionArns: executionArns(this, config.stackName),
    };
    const functions = new QueueFunctions(this, 'Functions', { config, resources });
    const machine = new QuoteActionMachine(this, 'QuoteAction', { ...common, functions });
    const api = new ActionApi(this, 'ActionApi', { ...common, functions });
    this.auditPublisher = new AuditPublisher(this, 'AuditPublisher', {
      publisher: functions.get('publish-transitions'),
      streamArn: resources.tables.tasksStreamArn,
      parkedQueue: resources.parked.queue,
    });
    this.addQueueOutputs(config, resources, machine, api);
  }

  private addQueueOutputs(
    config: QueueConfig,
    { tables, documents, secrets, parked }: QueueResources,
    machine: QuoteActionMachine,
    api: ActionApi,
  ): void {
    const names = FUNCTION_NAMES.map((name) => [name, deployedFunctionName(config.stackName, name)]);
    addOutputs(this, {
      ApiId: api.api.apiId,
      ApiUrl: api.url,
      StateMachineArn: machine.stateMachine.stateMachineArn,
      TasksTableName: tables.tasks.tableName,
      LedgerTableName: tables.ledger.tableName,
      AuditTableName: tables.audit.tableName,
      DocumentsBucketName: documents.bucketName,
      ParkedQueueUrl: parked.url,
      CrmSecretArn: secrets.crmArn,
      SlackSecretArn: secrets.slackArn,
      FunctionNames: JSON.stringify(Object.fromEntries(names)),
    });
  }
}
