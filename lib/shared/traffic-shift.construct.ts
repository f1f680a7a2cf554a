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
 * The share and duration of the first step. CloudWatch shows an error after some two minutes, and the alarms evaluate five, so
 * ten minutes leave time to detect it and roll back.
 */
export const CANARY = { percentage: 10, minutes: 10 } as const;

/** Properties of {@link TrafficShift}. */
export interface TrafficShiftProps {
  /** Prefix of the fixed names. */
  readonly stackName: string;
  /** Aliases to move; each is named {@link LIVE_ALIAS}. */
  readonly aliases: readonly Alias[];
  /** Alarms. If one of them rings while traffic shifts, CodeDeploy moves the traffic back and the deployment fails. */
  readonly alarms: readonly Alarm[];
}

/**
 * Moves the `live` aliases to a new version with CodeDeploy: {@link CANARY} first, then the rest. Nothing else changes an
 * alias, and a deployment waits until all of them have moved.
 */
export class TrafficShift extends Construct {
  /** One deployment group for each alias. */
  readonly groups: readonly LambdaDeploymentGroup[];
  /** The alarms of the properties. */
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
   * May move these aliases. The policy names them by function and alias name and not by reference, because an alias depends on
   * its deployment group, and the group on this role. The construct library would attach a managed policy that covers every
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
