/** Where figures are stored: latencies in the Cards table by day, trails in the Audit table. */
import { type DynamoDBDocumentClient, QueryCommand } from '@aws-sdk/lib-dynamodb';
import { latencyRecordSchema } from '../../contracts/cards.ts';
import { CARDS_TABLE } from '../../contracts/environment.ts';
import { storedItemReader } from '../../domain/schema-versions.ts';
import type { FigureSource } from '../slack/command-figures.ts';
import { DynamoDbAuditRepo } from './audit-repo.ts';

const latencyIn = storedItemReader('cards', latencyRecordSchema, 'Latency item');

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
      return Items.map(latencyIn);
    },
  };
}
