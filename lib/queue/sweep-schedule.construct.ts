import { Duration, Stack } from 'aws-cdk-lib';
import { Effect, PolicyDocument, PolicyStatement, Role, ServicePrincipal } from 'aws-cdk-lib/aws-iam';
import type { IFunction } from 'aws-cdk-lib/aws-lambda';
import { CfnSchedule } from 'aws-cdk-lib/aws-scheduler';
import { Construct } from 'constructs';
import { TIME_LIMITS } from '../../lambdas/shared/contracts/time-limits.ts';
import type { QueueConfig } from '../config/queue-config.ts';
import type { DataKey } from '../shared/data-key.construct.ts';
import { ParkedQueue } from '../shared/parked-queue.construct.ts';

/** Properties of {@link SweepSchedule}. */
export interface SweepScheduleProps {
  readonly config: QueueConfig;
  readonly dataKey: DataKey;
  readonly sweep: IFunction;
}

/** A later sweep is skipped, because the next one does its work. 60 s is the minimum that the scheduler allows. */
const MAX_EVENT_AGE_SECONDS = 60;

/** `rate(1 minute)`, `rate(2 minutes)`: the schedule uses whole minutes. */
const rateOf = (periodSeconds: number): string => {
  const minutes = periodSeconds / 60;
  return `rate(${minutes} minute${minutes === 1 ? '' : 's'})`;
};

/**
 * Starts the sweep every minute. The scheduler delivers at least once; two sweeps at once are safe. A sweep that could not be
 * started is reported in `missed`. Neither it nor a failed sweep is repeated, because the next one does its work.
 */
export class SweepSchedule extends Construct {
  readonly schedule: CfnSchedule;
  /** Invocations that the scheduler could not make; only operators read them. */
  readonly missed: ParkedQueue;

  constructor(scope: Construct, id: string, { config, dataKey, sweep }: SweepScheduleProps) {
    super(scope, id);
    this.missed = new ParkedQueue(this, 'Missed', { config, dataKey, role: 'missed-sweeps' });
    sweep.configureAsyncInvoke({ retryAttempts: 0, maxEventAge: Duration.seconds(MAX_EVENT_AGE_SECONDS) });
    const role = this.roleFor(sweep, dataKey);
    this.schedule = new CfnSchedule(this, 'EveryMinute', {
      description: 'Gives stuck actions their next driver',
      scheduleExpression: rateOf(TIME_LIMITS.sweepPeriodSeconds),
      flexibleTimeWindow: { mode: 'OFF' },
      target: {
        arn: sweep.functionArn,
        roleArn: role.roleArn,
        input: '{}',
        deadLetterConfig: { arn: this.missed.queue.queueArn },
        retryPolicy: { maximumEventAgeInSeconds: MAX_EVENT_AGE_SECONDS, maximumRetryAttempts: 0 },
      },
    });
  }

  /** May invoke only this function, or only its alias; the construct library would grant `function:*` too. */
  private roleFor(sweep: IFunction, dataKey: DataKey): Role {
    const invoke = new PolicyStatement({
      effect: Effect.ALLOW,
      actions: ['lambda:InvokeFunction'],
      resources: [sweep.functionArn],
    });
    const miss = new PolicyStatement({
      effect: Effect.ALLOW,
      actions: ['sqs:SendMessage'],
      resources: [this.missed.queue.queueArn],
    });
    const conditions = { StringEquals: { 'aws:SourceAccount': Stack.of(this).account } };
    return new Role(this, 'Role', {
      assumedBy: new ServicePrincipal('scheduler.amazonaws.com', { conditions }),
      inlinePolicies: {
        invoke: new PolicyDocument({ statements: [invoke, miss, dataKey.useThrough('sqs')] }),
      },
    });
  }
}
