import { Stack } from 'aws-cdk-lib';
import type { Alarm } from 'aws-cdk-lib/aws-cloudwatch';
import { LambdaApplication, LambdaDeploymentConfig, LambdaDeploymentGroup } from 'aws-cdk-lib/aws-codedeploy';
import { PolicyDocument, PolicyStatement, Role, ServicePrincipal } from 'aws-cdk-lib/aws-iam';
import type { IRole } from 'aws-cdk-lib/aws-iam';
import type { Alias } from 'aws-cdk-lib/aws-lambda';
import { Construct } from 'constructs';
import { LIVE_ALIAS } from '../config/queue-config.ts';
import { acknowledge } from './acknowledge.ts';

/**
 * The share of the first step, and how long it lasts. CloudWatch shows an error after some two minutes and the alarms look
 * at five, so ten leave time to see it and to go back.
 */
export const CANARY = { percentage: 10, minutes: 10 } as const;

/** Properties of {@link TrafficShift}. */
export interface TrafficShiftProps {
  /** Fixed names begin with it. */
  readonly stackName: string;
  /** Each is named {@link LIVE_ALIAS}. */
  readonly aliases: readonly Alias[];
  /** Each of them, ringing while traffic shifts, takes it back and fails the deployment. */
  readonly alarms: readonly Alarm[];
}

/**
 * Moves the `live` aliases to a new version by CodeDeploy: {@link CANARY} first, then the rest. An alias is changed by
 * nobody else, and a deployment waits until all of them have arrived.
 */
export class TrafficShift extends Construct {
  /** One for each alias. */
  readonly groups: readonly LambdaDeploymentGroup[];
  /** As given. */
  readonly alarms: readonly Alarm[];

  constructor(scope: Construct, id: string, { stackName, aliases, alarms }: TrafficShiftProps) {
    super(scope, id);
    this.alarms = alarms;
    const application = new LambdaApplication(this, 'Application', { applicationName: stackName });
    const role = this.roleFor(aliases);
    const deploymentConfig = LambdaDeploymentConfig.CANARY_10PERCENT_10MINUTES;
    this.groups = aliases.map((alias) => {
      const name = alias.lambda.node.scope?.node.id ?? alias.node.id;
      return new LambdaDeploymentGroup(this, name, {
        application,
        alias,
        role,
        alarms: [...alarms],
        deploymentConfig,
      });
    });
  }

  /**
   * May move these aliases. They are named by function and alias name and not by reference: an alias waits for its
   * deployment group, and the group for this role. The construct library would attach a managed policy that covers every
   * function.
   */
  private roleFor(aliases: readonly Alias[]): IRole {
    const move = new PolicyStatement({
      actions: ['lambda:GetAlias', 'lambda:GetProvisionedConcurrencyConfig', 'lambda:UpdateAlias'],
      resources: aliases.flatMap(({ lambda: { functionArn } }) => [
        functionArn,
        `${functionArn}:${LIVE_ALIAS}`,
      ]),
    });
    const watch = new PolicyStatement({ actions: ['cloudwatch:DescribeAlarms'], resources: ['*'] });
    const role = new Role(this, 'Role', {
      assumedBy: new ServicePrincipal('codedeploy.amazonaws.com', {
        conditions: { StringEquals: { 'aws:SourceAccount': Stack.of(this).account } },
      }),
      inlinePolicies: { shift: new PolicyDocument({ statements: [move, watch] }) },
    });
    acknowledge(
      role,
      'IAM5[Resource::*]',
      'DescribeAlarms is asked for all alarms at once; it reads states only.',
    );
    return role.withoutPolicyUpdates();
  }
}
