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

/** Most records of one invocation. */
const BATCH_SIZE = 100;
/** No limit but the age: the handler parks what it cannot read, so what fails is an outage, and outlasting it loses nothing. */
const RETRY_ATTEMPTS = -1;
/** A quarter of the 24 h a stream keeps: what could not be published by then is parked, with time to act on it. */
const MAX_RECORD_AGE = Duration.hours(6);

/**
 * Feeds each change of a task to `publish-transitions`. Delivery is at least once and in order per task; a record that
 * keeps failing is parked alone. Deletions (there are none but by hand) are filtered out.
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
