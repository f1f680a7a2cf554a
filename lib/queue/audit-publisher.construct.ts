import { Duration } from 'aws-cdk-lib';
import { CfnEventSourceMapping, StartingPosition } from 'aws-cdk-lib/aws-lambda';
import type { IFunction } from 'aws-cdk-lib/aws-lambda';
import type { Queue } from 'aws-cdk-lib/aws-sqs';
import { Construct } from 'constructs';

/** Properties of {@link AuditPublisher}. */
export interface AuditPublisherProps {
  readonly publisher: IFunction;
  /** Stream of the Tasks table. */
  readonly streamArn: string;
  readonly parkedQueue: Queue;
}

/** Maximum records of one invocation. */
const BATCH_SIZE = 100;
/**
 * Only the age is limited. The handler parks records that it cannot read, so a failure means an outage, and retries last until
 * it is over.
 */
const RETRY_ATTEMPTS = -1;
/**
 * A quarter of the 24 h for which a stream keeps records. A record that could not be published by then is parked, so that there
 * is time to act.
 */
const MAX_RECORD_AGE = Duration.hours(6);

/**
 * Sends each change of a task to `publish-transitions`. Delivery is at least once and in order for each task; a record that
 * keeps failing is parked alone. Deletions are filtered out; only operators delete tasks.
 */
export class AuditPublisher extends Construct {
  readonly mapping: CfnEventSourceMapping;

  constructor(scope: Construct, id: string, props: AuditPublisherProps) {
    super(scope, id);
    this.mapping = new CfnEventSourceMapping(this, 'Mapping', {
      functionName: props.publisher.functionName,
      eventSourceArn: props.streamArn,
      startingPosition: StartingPosition.TRIM_HORIZON,
      batchSize: BATCH_SIZE,
      bisectBatchOnFunctionError: true,
      maximumRetryAttempts: RETRY_ATTEMPTS,
      maximumRecordAgeInSeconds: MAX_RECORD_AGE.toSeconds(),
      functionResponseTypes: ['ReportBatchItemFailures'],
      destinationConfig: { onFailure: { destination: props.parkedQueue.queueArn } },
      filterCriteria: { filters: [{ pattern: JSON.stringify({ eventName: ['INSERT', 'MODIFY'] }) }] },
    });
  }
}
