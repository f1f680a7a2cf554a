import { CliCredentialsStackSynthesizer, Stack } from 'aws-cdk-lib';
import type { IStackSynthesizer, StackProps } from 'aws-cdk-lib';
import type { Alarm } from 'aws-cdk-lib/aws-cloudwatch';
import type { Construct } from 'constructs';
import { FUNCTION_NAMES } from '../shared/functions.ts';
import { SECRET_PROVIDERS, recordOf } from '../../lambdas/shared/contracts/providers.ts';
import { type QueueConfig, Rollout, Stage } from '../config/queue-config.ts';
import { ActionApi } from './action-api.construct.ts';
import { AuditPublisher } from './audit-publisher.construct.ts';
import { DataKey } from '../shared/data-key.construct.ts';
import { Documents } from './documents.construct.ts';
import { type QueueResources, queuePermissionsOf } from './function-permissions.ts';
import {
  deployedFunctionName,
  executionArns,
  startableMachineArn,
  stateMachineArn,
} from '../shared/names.ts';
import { ParkedQueue } from '../shared/parked-queue.construct.ts';
import { capitalized, ProviderSecrets } from '../shared/provider-secrets.construct.ts';
import type { QueueConsumer } from '../shared/queue-consumer.construct.ts';
import { QueueFunctions } from './queue-functions.construct.ts';
import { addOutputs, type SecretOutputs } from './queue-outputs.ts';
import { QueueTables } from './queue-tables.construct.ts';
import { QuoteActionMachine } from './quote-action-machine.construct.ts';
import { SweepSchedule } from './sweep-schedule.construct.ts';
import { TrafficShift } from '../shared/traffic-shift.construct.ts';
import { TransitionBus } from './transition-bus.construct.ts';
import { slackPermissionsOf, type SlackResources } from '../slack/slack-permissions.ts';
import { SLACK_ROUTES } from '../slack/slack-routes.ts';
import { SlackSide } from '../slack/slack-side.ts';
import { environmentValues } from '../shared/function-environment.ts';
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

/** `CrmSecretArn` and the like, by which the values are put. */
const secretOutputs = ({ arns }: ProviderSecrets): SecretOutputs =>
  recordOf(
    SECRET_PROVIDERS.map((provider): [keyof SecretOutputs, string] => [
      `${capitalized(provider)}SecretArn`,
      arns[provider],
    ]),
  );

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
    const slack = new SlackSide(this, common);
    const transitions = new TransitionBus(this, 'Transitions', { config });
    slack.listenTo(transitions);
    const resources: QueueResources = {
      dataKey,
      tables: new QueueTables(this, 'Tables', common),
      documents: new Documents(this, 'Documents', common).bucket,
      secrets: new ProviderSecrets(this, 'Secrets', common),
      parked: new ParkedQueue(this, 'Parked', { ...common, role: 'parked' }),
      bus: transitions.bus,
      stateMachineArn: stateMachineArn(this, config.stackName),
      startableMachineArn: startableMachineArn(this, config),
      executionArns: executionArns(this, config.stackName),
    };
    const all = { ...resources, ...slack.resources };
    const functions = new QueueFunctions(this, 'Functions', {
      config,
      resources,
      environment: environmentValues(config, all),
      statements: { ...queuePermissionsOf(resources), ...slackPermissionsOf(all) },
    });
    const api = new ActionApi(this, 'ActionApi', { ...common, functions, routes: SLACK_ROUTES });
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
    this.consumers = slack.addConsumers(functions);
    this.addQueueOutputs(config, all, machine, api);
  }

  /** The alarms that roll a release back; empty if traffic does not shift. */
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

  private addQueueOutputs(
    config: QueueConfig,
    { tables, documents, secrets, parked, cards, clicks, bus, operators }: QueueResources & SlackResources,
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
      ...secretOutputs(secrets),
      FunctionNames: JSON.stringify(Object.fromEntries(names)),
    });
  }
}
