import { CfnOutput } from 'aws-cdk-lib';
import type { Stack } from 'aws-cdk-lib';
import type { SecretProvider } from '../../lambdas/shared/contracts/providers.ts';

/** `CrmSecretArn` and the like: where the value of the secret of each provider is put. */
export type SecretOutputs = Readonly<Record<`${Capitalize<SecretProvider>}SecretArn`, string>>;

/** Names of the stack's outputs, for look-ups after a deployment. None of them is an export. */
export interface QueueOutputs extends SecretOutputs {
  readonly ApiId: string;
  /** URL without a slash at the end. */
  readonly ApiUrl: string;
  readonly StateMachineArn: string;
  readonly TasksTableName: string;
  readonly LedgerTableName: string;
  readonly AuditTableName: string;
  readonly DocumentsBucketName: string;
  readonly ParkedQueueUrl: string;
  /** Queue of the sweeps that the scheduler could not start. */
  readonly MissedSweepsUrl: string;
  readonly CardsTableName: string;
  readonly ControlsTableName: string;
  readonly CardQueueUrl: string;
  readonly CardDeadLettersUrl: string;
  readonly ClickQueueUrl: string;
  readonly ClickDeadLettersUrl: string;
  readonly EventBusName: string;
  readonly OperatorsParameterName: string;
  /** JSON: function name of the contract → deployed name. */
  readonly FunctionNames: string;
}

/** Names of the outputs of the observability stack. */
export interface ObservabilityOutputs {
  /** ARN of the topic that gets the alarms. */
  readonly AlarmTopicArn: string;
  readonly DashboardName: string;
}

/** Writes the outputs under exactly their names. */
export const addOutputs = (
  stack: Stack,
  outputs: QueueOutputs | ObservabilityOutputs,
): readonly CfnOutput[] =>
  Object.entries(outputs).map(([name, value]) => new CfnOutput(stack, name, { value }));
