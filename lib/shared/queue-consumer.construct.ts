import { CfnEventSourceMapping } from 'aws-cdk-lib/aws-lambda';
import type { IFunction } from 'aws-cdk-lib/aws-lambda';
import { Construct } from 'constructs';
import type { WorkQueue } from './work-queue.construct.ts';

/** Properties of {@link QueueConsumer}. */
export interface QueueConsumerProps {
  readonly source: WorkQueue;
  readonly consumer: IFunction;
  /** Maximum messages of one invocation; 1 to 10. */
  readonly batchSize: number;
  /** Maximum concurrent invocations; at least 2, the minimum that Lambda allows. */
  readonly maxConcurrency: number;
}

/** Connects a queue to its function; the function reports which messages of a batch it could not handle. */
export class QueueConsumer extends Construct {
  readonly mapping: CfnEventSourceMapping;

  constructor(scope: Construct, id: string, props: QueueConsumerProps) {
    super(scope, id);
    this.mapping = new CfnEventSourceMapping(this, 'Mapping', {
      functionName: props.consumer.functionName,
      eventSourceArn: props.source.queue.queueArn,
      batchSize: props.batchSize,
      functionResponseTypes: ['ReportBatchItemFailures'],
      scalingConfig: { maximumConcurrency: props.maxConcurrency },
    });
  }
}
