/** Where figures are stored: latencies in the Cards table by day, trails in the Audit table. */
import { type DynamoDBDocumentClient, QueryCommand } from '@aws-sdk/lib-dynamodb';
import { type LatencyRecord, latencyRecordSchema } from '../../contracts/cards.ts';
import { CARDS_TABLE } from '../../contracts/environment.ts';
import { QueueError } from '../../domain/errors.ts';
import { readable } from '../../domain/schema-versions.ts';
import type { FigureSource } from '../slack/command-figures.ts';
import { DynamoDbAuditRepo } from './audit-repo.ts';
import type { Item } from './task-item.ts';

function latencyOf(item: Item): LatencyRecord {
  const parsed = latencyRecordSchema.safeParse(readable('cards', item));
  if (parsed.success) return parsed.data;
  const fields = parsed.error.issues.map((issue) => issue.path.join('.')).join(', ');
  throw new QueueError('STORED_RECORD_INVALID', { detail: `Latency item: ${fields}`, cause: parsed.error });
}

/** The source on DynamoDB. @throws {QueueError} `STORED_RECORD_INVALID` from its methods */
export function createFigureSource(
  client: DynamoDBDocumentClient,
  cardsTable: string,
  auditTable: string,
): FigureSource {
  const audit = new DynamoDbAuditRepo(client, auditTable);
  const { name, partitionKey } = CARDS_TABLE.byShownDay;
  return {
    trailOf: (taskId) => audit.list(taskId),
    latenciesOf: async (day, limit) => {
      const { Items = [] } = await client.send(
        new QueryCommand({
          TableName: cardsTable,
          IndexName: name,
          KeyConditionExpression: '#day = :day',
          ExpressionAttributeNames: { '#day': partitionKey },
          ExpressionAttributeValues: { ':day': day },
          ScanIndexForward: false,
          Limit: limit,
        }),
      );
      return Items.map(latencyOf);
    },
  };
}
