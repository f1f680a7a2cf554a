import { readFileSync } from 'node:fs';
import path from 'node:path';
import { PolicyStatement, Role, ServicePrincipal } from 'aws-cdk-lib/aws-iam';
import type { Alarm } from 'aws-cdk-lib/aws-cloudwatch';
import { LogGroup } from 'aws-cdk-lib/aws-logs';
import {
  CfnStateMachine,
  CfnStateMachineAlias,
  CfnStateMachineVersion,
  CustomerManagedEncryptionConfiguration,
  DefinitionBody,
  LogLevel,
  StateMachine,
  StateMachineType,
} from 'aws-cdk-lib/aws-stepfunctions';
import { CfnResource, RemovalPolicy, Stack } from 'aws-cdk-lib';
import { Construct } from 'constructs';
import type { MachineSubstitutions } from '../../lambdas/queue/contracts/state-machine-io.ts';
import { LIVE_ALIAS, Rollout } from '../config/queue-config.ts';
import type { QueueConfig } from '../config/queue-config.ts';
import { acknowledgeWildcard } from '../shared/acknowledge.ts';
import type { DataKey } from '../shared/data-key.construct.ts';
import {
  functionArn,
  PINNED_ALIAS_PREFIX,
  stateMachineArn,
  stateMachineName,
  vendedLogGroupName,
} from '../shared/names.ts';
import { PINNED_FUNCTIONS } from './pinned-workers.construct.ts';
import type { QueueFunctions } from './queue-functions.construct.ts';
import { removalPolicyOf } from '../shared/retention.ts';
import { CANARY } from '../shared/traffic-shift.construct.ts';

const DEFINITION_FILE = path.resolve(
  import.meta.dirname,
  '../../statemachines/quote-action/quote-action.asl.json',
);

/** Properties of {@link QuoteActionMachine}. */
export interface QuoteActionMachineProps {
  readonly config: QueueConfig;
  readonly dataKey: DataKey;
  readonly functions: QueueFunctions;
  /** Alarms that roll a release back; see {@link Rollout}. */
  readonly releaseAlarms: readonly Alarm[];
}

/** The state machine that drives one action, from the definition file with ARNs inserted. */
export class QuoteActionMachine extends Construct {
  readonly stateMachine: StateMachine;
  /** Alias of the version that starts executions; absent if nothing is versioned. */
  readonly live: CfnStateMachineAlias | undefined;

  constructor(scope: Construct, id: string, props: QuoteActionMachineProps) {
    super(scope, id);
    const { config, dataKey, functions } = props;
    this.stateMachine = new StateMachine(this, 'Machine', {
      stateMachineName: stateMachineName(config.stackName),
      stateMachineType: StateMachineType.STANDARD,
      // Parsed here, so that an invalid file fails the synthesis and not the deployment.
      definitionBody: DefinitionBody.fromString(
        JSON.stringify(JSON.parse(readFileSync(DEFINITION_FILE, 'utf8'))),
      ),
      definitionSubstitutions: { ...this.substitutions(props) },
      role: this.role(props),
      // Without execution data, because the cause of a lost worker is the output of the crashed process.
      logs: { destination: this.logGroup(props), level: LogLevel.ALL, includeExecutionData: false },
      tracingEnabled: true,
      encryptionConfiguration: new CustomerManagedEncryptionConfiguration(dataKey.key),
      removalPolicy: removalPolicyOf(config),
    });
    acknowledgeWildcard(
      this.stateMachine.role,
      '*',
      'Log delivery (logs:*LogDelivery, logs:*ResourcePolicies) and X-Ray calls have no resources to name.',
    );
    if (functions.pinned === undefined) return;
    this.acknowledgePinned(functions);
    this.stateMachine.node.addDependency(functions.pinned);
    this.live = this.addLiveAlias(props);
  }

  private substitutions({ config, functions }: QuoteActionMachineProps): MachineSubstitutions {
    const suffix = functions.pinned === undefined ? '' : `:${functions.pinned.aliasName}`;
    return {
      RunActionFunctionArnPrefix: functionArn(this, `${config.stackName}-run-action-`),
      RunActionFunctionArnSuffix: suffix,
      RecordLostWorkerFunctionArn: `${functions.get('record-lost-worker').functionArn}${suffix}`,
    };
  }

  /**
   * Publishes this definition as a version and moves `live` to it. Old versions are kept for a rollback; removing one would not
   * end its executions.
   */
  private addLiveAlias({ config, releaseAlarms }: QuoteActionMachineProps): CfnStateMachineAlias {
    const machine = this.stateMachine.node.defaultChild;
    if (!(machine instanceof CfnStateMachine))
      throw new TypeError('stateMachine: expected one of this stack');
    const version = new CfnStateMachineVersion(this, 'Version', {
      stateMachineArn: machine.attrArn,
      stateMachineRevisionId: machine.attrStateMachineRevisionId,
    });
    version.applyRemovalPolicy(RemovalPolicy.RETAIN);
    const gradual = {
      type: 'CANARY',
      percentage: CANARY.percentage,
      interval: CANARY.minutes,
      alarms: releaseAlarms.map(({ alarmName }) => alarmName),
    };
    return new CfnStateMachineAlias(this, 'Live', {
      name: LIVE_ALIAS,
      deploymentPreference: {
        stateMachineVersionArn: version.attrArn,
        ...(config.rollout === Rollout.Gradual ? gradual : { type: 'ALL_AT_ONCE' }),
      },
    });
  }

  private acknowledgePinned(functions: QueueFunctions): void {
    const stack = Stack.of(this);
    for (const name of PINNED_FUNCTIONS) {
      const deployed = functions.get(name).node.defaultChild;
      if (!CfnResource.isCfnResource(deployed))
        throw new TypeError(`${name}: expected a function of this stack`);
      acknowledgeWildcard(
        this.stateMachine.role,
        `<${stack.getLogicalId(deployed)}.Arn>:${PINNED_ALIAS_PREFIX}*`,
        'The pinned aliases of this one function: executions in flight call those of earlier releases.',
      );
    }
  }

  private logGroup({ config, dataKey }: QuoteActionMachineProps): LogGroup {
    return new LogGroup(this, 'Logs', {
      logGroupName: vendedLogGroupName(config.stackName, 'quote-action'),
      retention: config.logRetentionDays,
      encryptionKey: dataKey.key,
      removalPolicy: removalPolicyOf(config),
    });
  }

  /**
   * May invoke the workers and the recorder of lost workers. Only this machine of this account may assume it, by its own ARN
   * and those of its versions and aliases, through which executions are started.
   */
  private role({ config, functions }: QuoteActionMachineProps): Role {
    const machineArn = stateMachineArn(this, config.stackName);
    const role = new Role(this, 'Role', {
      assumedBy: new ServicePrincipal('states.amazonaws.com', {
        conditions: {
          StringEquals: { 'aws:SourceAccount': Stack.of(this).account },
          ArnLike: { 'aws:SourceArn': [machineArn, `${machineArn}:*`] },
        },
      }),
      description: `Runs ${stateMachineName(config.stackName)}`,
    });
    const qualifier = functions.pinned === undefined ? '' : `:${PINNED_ALIAS_PREFIX}*`;
    role.addToPolicy(
      new PolicyStatement({
        actions: ['lambda:InvokeFunction'],
        resources: PINNED_FUNCTIONS.map((name) => `${functions.get(name).functionArn}${qualifier}`),
      }),
    );
    return role;
  }
}
