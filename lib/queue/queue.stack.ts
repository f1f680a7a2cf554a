import { CliCredentialsStackSynthesizer, Stack } from 'aws-cdk-lib';
import type { IStackSynthesizer, StackProps } from 'aws-cdk-lib';
import type { Alarm } from 'aws-cdk-lib/aws-cloudwatch';
import type { Construct } from 'constructs';
import { FUNCTION_NAMES } from '../shared/functions.ts';
import { type QueueConfig, Rollout, Stage } from '../config/queue-config.ts';
import { ActionApi } from './action-api.construct.ts';
import { AuditPublisher } from './audit-publisher.construct.ts';
import { DataKey } from '../shared/data-key.construct.ts';
import { Documents } from './documents.construct.ts';
import type { QueueResources } from './function-permissions.ts';
import {
  deployedFunctionName,
  executionArns,
  startableMachineArn,
  stateMachineArn,
} from '../shared/names.ts';
import { Operators } from '../slack/operators.construct.ts';
import { ParkedQueue } from '../shared/parked-queue.construct.ts';
import { ProviderSecrets } from '../shared/provider-secrets.construct.ts';
import { QueueConsumer } from '../shared/queue-consumer.construct.ts';
import { QueueFunctions } from './queue-functions.construct.ts';
import { addOutputs } from './queue-outputs.ts';
import { QueueTables } from './queue-tables.construct.ts';
import { QuoteActionMachine } from './quote-action-machine.construct.ts';
import { SweepSchedule } from './sweep-schedule.construct.ts';
import { TrafficShift } from '../shared/traffic-shift.construct.ts';
import { TransitionBus } from './transition-bus.construct.ts';
import { WorkQueue } from '../shared/work-queue.construct.ts';
import { ReleaseAlarms } from '../monitoring/release-alarms.construct.ts';

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
  readonly sweepSchedule: SweepSchedule;
  readonly consumers: readonly QueueConsumer[];

  constructor(scope: Construct, id: string, props: QueueStackProps) {
    super(scope, id, stackPropsOf(props));
    const { config } = props;
    const dataKey = new DataKey(this, 'DataKey', { config });
    const common = { config, dataKey };
    const cards = new WorkQueue(this, 'Cards', { ...common, role: 'cards', consumer: 'update-card' });
    const resources: QueueResources = {
      dataKey,
      tables: new QueueTables(this, 'Tables', common),
      documents: new Documents(this, 'Documents', common).bucket,
      secrets: new ProviderSecrets(this, 'Secrets', common),
      parked: new ParkedQueue(this, 'Parked', { ...common, role: 'parked' }),
      cards,
      clicks: new WorkQueue(this, 'Clicks', { ...common, role: 'clicks', consumer: 'operate-click' }),
      operators: new Operators(this, 'Operators', { config }),
      bus: new TransitionBus(this, 'Transitions', { ...common, cards }).bus,
      stateMachineArn: stateMachineArn(this, config.stackName),
      startableMachineArn: startableMachineArn(this, config),
      executionArns: executionArns(this, config.stackName),
    };
    const functions = new QueueFunctions(this, 'Functions', { config, resources });
    const api = new ActionApi(this, 'ActionApi', { ...common, functions });
    const machine = new QuoteActionMachine(this, 'QuoteAction', {
      ...common,
      functions,
      releaseAlarms: this.shiftTraffic(config, functions, api),
    });
    this.auditPublisher = new AuditPublisher(this, 'AuditPublisher', {
      publisher: functions.targetOf('publish-transitions'),
      streamArn: resources.tables.tasksStreamArn,
      parkedQueue: resources.parked.queue,
    });
    this.sweepSchedule = new SweepSchedule(this, 'Sweep', { ...common, sweep: functions.targetOf('sweep') });
    this.consumers = this.addConsumers(resources, functions);
    this.addQueueOutputs(config, resources, machine, api);
  }

  /** The alarms that take a release back; none where traffic does not shift. */
  private shiftTraffic(
    config: QueueConfig,
    functions: QueueFunctions,
    { api: { apiId } }: ActionApi,
  ): readonly Alarm[] {
    if (config.rollout !== Rollout.Gradual) return [];
    const watched = { config, functions, apiId };
    const { alarms } = new ReleaseAlarms(this, 'ReleaseAlarms', watched);
    const shift = new TrafficShift(this, 'TrafficShift', {
      stackName: config.stackName,
      aliases: functions.liveAliases,
      alarms,
    });
    return shift.alarms;
  }

  /** Two invocations of ten cards keep Slack's limit of about a message a second and channel busy. */
  private addConsumers({ cards, clicks }: QueueResources, functions: QueueFunctions): QueueConsumer[] {
    const updateCards = { source: cards, consumer: functions.targetOf('update-card') };
    const operateClicks = { source: clicks, consumer: functions.targetOf('operate-click') };
    return [
      new QueueConsumer(this, 'UpdateCards', { ...updateCards, batchSize: 10, maxConcurrency: 2 }),
      new QueueConsumer(this, 'OperateClicks', { ...operateClicks, batchSize: 1, maxConcurrency: 10 }),
    ];
  }

  private addQueueOutputs(
    config: QueueConfig,
    { tables, documents, secrets, parked, cards, clicks, bus, operators }: QueueResources,
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
      MissedSweepsUrl: this.sweepSchedule.missed.url,
      CardsTableName: tables.cards.tableName,
      ControlsTableName: tables.controls.tableName,
      CardQueueUrl: cards.url,
      CardDeadLettersUrl: cards.deadLettersUrl,
      ClickQueueUrl: clicks.url,
      ClickDeadLettersUrl: clicks.deadLettersUrl,
      EventBusName: bus.eventBusName,
      OperatorsParameterName: operators.parameterName,
      CrmSecretArn: secrets.crmArn,
      SlackSecretArn: secrets.slackArn,
      FunctionNames: JSON.stringify(Object.fromEntries(names)),
    });
  }
}
