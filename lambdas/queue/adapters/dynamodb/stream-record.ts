/** A record of the Tasks stream as audit items, with the metrics that it counts for. */
import { unmarshall } from '@aws-sdk/util-dynamodb';
import type { AttributeValue } from '@aws-sdk/client-dynamodb';
import type { DynamoDBRecord } from 'aws-lambda';
import { type AuditRecord, SCHEMA_VERSION } from '../../contracts/records.ts';
import { QueueError } from '../../../shared/domain/errors.ts';
import { type MetricCount, metricCountsOf } from '../../domain/kpi/transition-metrics.ts';
import { UNMARSHALL_OPTIONS } from '../../../shared/adapters/dynamodb/document-client.ts';
import { fromItem } from './task-item.ts';

function imageOf(record: DynamoDBRecord): Record<string, unknown> {
  const image = record.dynamodb?.NewImage;
  if (image === undefined)
    throw new QueueError('STORED_RECORD_INVALID', { detail: 'Stream record: expected a new image' });
  // oxlint-disable-next-line typescript/no-unsafe-type-assertion -- two packages describe the same wire form
  return unmarshall(image as Record<string, AttributeValue>, UNMARSHALL_OPTIONS);
}

/** The audit record of a stream record. */
export interface StreamedTransition {
  readonly record: AuditRecord;
  /** The metrics that it counts for. */
  readonly metrics: readonly MetricCount[];
}

/**
 * The transition of the record. A task writes one transition at a time, so the newest one belongs to the record. Deletions have
 * none: the queue never deletes tasks.
 * @throws {QueueError} `STORED_RECORD_INVALID` when the image is not a task
 */
export function streamedTransitionsOf(record: DynamoDBRecord): readonly StreamedTransition[] {
  if (record.eventName === 'REMOVE') return [];
  const { taskId, quoteId, kind, version, history } = fromItem(imageOf(record));
  return history
    .filter((transition) => transition.version === version)
    .map((transition) => ({
      record: { schemaVersion: SCHEMA_VERSION, taskId, quoteId, kind, ...transition },
      metrics: metricCountsOf(version, history, kind),
    }));
}
