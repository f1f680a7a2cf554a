import { Stack } from 'aws-cdk-lib';
import { StringListParameter } from 'aws-cdk-lib/aws-ssm';
import { Construct } from 'constructs';
import { NO_OPERATORS } from '../../lambdas/slack/contracts/operator-list.ts';
import type { QueueConfig } from '../config/queue-config.ts';

/** Properties of {@link Operators}. */
export interface OperatorsProps {
  readonly config: QueueConfig;
}

/**
 * Who may operate tasks from Slack, as a list of `<team id>:<user id>` in a parameter. A manual change takes effect within a
 * minute and is kept until the configured list changes.
 */
export class Operators extends Construct {
  readonly parameter: StringListParameter;
  readonly parameterName: string;
  readonly parameterArn: string;

  constructor(scope: Construct, id: string, props: OperatorsProps) {
    super(scope, id);
    const { stackName, slackOperators } = props.config;
    this.parameterName = `/${stackName}/slack/operators`;
    this.parameter = new StringListParameter(this, 'Parameter', {
      parameterName: this.parameterName,
      description: 'Who may operate tasks from Slack: team:user, separated by commas',
      stringListValue: slackOperators.length === 0 ? [NO_OPERATORS] : [...slackOperators],
    });
    this.parameterArn = Stack.of(this).formatArn({
      service: 'ssm',
      resource: `parameter${this.parameterName}`,
    });
  }
}
