import { readFileSync } from 'node:fs';
import path from 'node:path';
import { PolicyStatement, Role, ServicePrincipal } from 'aws-cdk-lib/aws-iam';
import { LogGroup } from 'aws-cdk-lib/aws-logs';
import {
  CustomerManagedEncryptionConfiguration,
  DefinitionBody,
  LogLevel,
  StateMachine,
  StateMachineType,
} from 'aws-cdk-lib/aws-stepfunctions';
import { Stack } from 'aws-cdk-lib';
import { Construct } from 'constructs';
import { WORKER_BY_KIND } from '../../lambdas/contracts/action-kinds.ts';
import type { QueueConfig } from '../config/queue-config.ts';
import { acknowledgeWildcard } from './acknowledge.ts';
import type { DataKey } from './data-key.construct.ts';
import { functionArn, stateMachineArn, stateMachineName, vendedLogGroupName } from './names.ts';
import type { QueueFunctions } from './queue-functions.construct.ts';
import { removalPolicyOf } from './retention.ts';

const DEFINITION_FILE = path.resolve(
  import.meta.dirname,
  '../../statemachines/quote-action/quote-action.asl.json',
);

/** Properties of {@link QuoteActionMachine}. */
export interface QuoteActionMachineProps {
  readonly config: QueueConfig;
  readonly dataKey: DataKey;
  readonly functions: QueueFunctions;
}

/** The state machine that drives one action; its definition is the file, with ARNs put in. */
export class QuoteActionMachine extends Construct {
  readonly stateMachine: StateMachine;

  constructor(scope: Construct, id: string, props: QuoteActionMachineProps) {
    super(scope, id);
    const { config, dataKey, functions } = props;
    this.stateMachine = new StateMachine(this, 'Machine', {
      stateMachineName: stateMachineName(config.stackName),
      stateMachineType: StateMachineType.STANDARD,
      // Parsed here, so that a broken file fails the synthesis and not the deployment.
      definitionBody: DefinitionBody.fromString(
        JSON.stringify(JSON.parse(readFileSync(DEFINITION_FILE, 'utf8'))),
      ),
      definitionSubstitutions: {
        RunActionFunctionArnPrefix: functionArn(this, `${config.stackName}-run-action-`),
        RecordLostWorkerFunctionArn: functions.get('record-lost-worker').functionArn,
      },
      role: this.role(props),
      // Without execution data: the cause of a lost worker is whatever the crashed process printed.
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
  }

  private logGroup({ config, dataKey }: QuoteActionMachineProps): LogGroup {
    return new LogGroup(this, 'Logs', {
      logGroupName: vendedLogGroupName(config.stackName, 'quote-action'),
      retention: config.logRetentionDays,
      encryptionKey: dataKey.key,
      removalPolicy: removalPolicyOf(config),
    });
  }

  /** May invoke the workers and the recorder of lost workers; assumed for this machine of this account only. */
  private role({ config, functions }: QuoteActionMachineProps): Role {
    const machineArn = stateMachineArn(this, config.stackName);
    const role = new Role(this, 'Role', {
      assumedBy: new ServicePrincipal('states.amazonaws.com', {
        conditions: {
          StringEquals: { 'aws:SourceAccount': Stack.of(this).account },
          ArnEquals: { 'aws:SourceArn': machineArn },
        },
      }),
      description: `Runs ${stateMachineName(config.stackName)}`,
    });
    const workers = Object.values(WORKER_BY_KIND).map((worker) => functions.get(`run-action-${worker}`));
    const invoked = [...workers, functions.get('record-lost-worker')];
    role.addToPolicy(
      new PolicyStatement({
        actions: ['lambda:InvokeFunction'],
        resources: invoked.map((deployed) => deployed.functionArn),
      }),
    );
    return role;
  }
}
