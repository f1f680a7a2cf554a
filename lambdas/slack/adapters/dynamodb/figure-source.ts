/** The stored source of figures: latencies in the Cards table by day, trails in the Audit table. */
import type { DynamoDBDocumentClient } from '@aws-sdk/lib-dynamodb';
import type { FigureSource } from '../../domain/ports.ts';
import { DynamoDbAuditRepo } from '../../../queue/exports/stores.ts';
import { DynamoDbCardRepo } from './card-repo.ts';

/** The source on DynamoDB. */
export function createFigureSource(
  client: DynamoDBDocumentClient,
  cardsTable: string,
  auditTable: string,
): FigureSource {
  const audit = new DynamoDbAuditRepo(client, auditTable);
  const cards = new DynamoDbCardRepo(client, cardsTable);
  return {
    trailOf: (taskId) => audit.readTrail(taskId),
    latenciesOf: (day, limit) => cards.listLatencies(day, limit),
  };
}
