import { Stack } from 'aws-cdk-lib';
import { Effect, PolicyDocument, PolicyStatement, Role, ServicePrincipal } from 'aws-cdk-lib/aws-iam';
import type { Function as LambdaFunction } from 'aws-cdk-lib/aws-lambda';
import { CfnSchedule } from 'aws-cdk-lib/aws-scheduler';
import { Construct } from 'constructs';

/** Properties of {@link SweepSchedule}. */
export interface SweepScheduleProps {
  readonly sweep: LambdaFunction;
}

/** A sweep that comes later than this is not worth making up for: the next one does its work. The least there is. */
const MAX_EVENT_AGE_SECONDS = 60;

/** Starts the sweep every minute. The scheduler delivers at least once; two sweeps at once are safe. */
export class SweepSchedule extends Construct {
  readonly schedule: CfnSchedule;

  constructor(scope: Construct, id: string, { sweep }: SweepScheduleProps) {
    super(scope, id);
    const role = this.roleFor(sweep);
    this.schedule = new CfnSchedule(this, 'EveryMinute', {
      description: 'Gives what is stuck its next driver',
      scheduleExpression: 'rate(1 minute)',
      flexibleTimeWindow: { mode: 'OFF' },
      target: {
        arn: sweep.functionArn,
        roleArn: role.roleArn,
        input: '{}',
        retryPolicy: { maximumEventAgeInSeconds: MAX_EVENT_AGE_SECONDS, maximumRetryAttempts: 0 },
      },
    });
  }

  /** May invoke this one function and no version of it; the construct library would grant `function:*` too. */
  private roleFor(sweep: LambdaFunction): Role {
    const invoke = new PolicyStatement({
      effect: Effect.ALLOW,
      actions: ['lambda:InvokeFunction'],
      resources: [sweep.functionArn],
    });
    const conditions = { StringEquals: { 'aws:SourceAccount': Stack.of(this).account } };
    return new Role(this, 'Role', {
      assumedBy: new ServicePrincipal('scheduler.amazonaws.com', { conditions }),
      inlinePolicies: { invoke: new PolicyDocument({ statements: [invoke] }) },
    });
  }
}
