import { PutCommand } from '@aws-sdk/lib-dynamodb';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { kpisSince } from '../../../../tools/drills/kpis.ts';
import {
  type DynamoDbServer,
  startDynamoDb,
  TABLE_NAMES,
} from '../../../../tools/rig/aws/dynamodb-server.ts';
import { COMPLETED, trailOf } from '../../../helpers/trails.ts';

let dynamoDb: DynamoDbServer;
const enqueuedAtMs = Date.now() - 60_000;

beforeAll(async () => {
  dynamoDb = await startDynamoDb();
  for (const Item of trailOf('task-1', COMPLETED, enqueuedAtMs))
    await dynamoDb.client.send(new PutCommand({ TableName: TABLE_NAMES.audit, Item }));
});
afterAll(() => dynamoDb.stop());

const valuesSince = async (sinceMs: number) => {
  const site = {
    documents: dynamoDb.client,
    outputs: { auditTable: TABLE_NAMES.audit, cardsTable: TABLE_NAMES.cards },
  };
  const kpis = await kpisSince(site, sinceMs);
  return kpis.map(({ value, samples, ok }) => [value, samples, ok]);
};

describe('the KPIs of a drill', () => {
  it('have a value and a verdict only with a sample', async () => {
    expect(await valuesSince(enqueuedAtMs)).toEqual([
      [0, 1, true],
      [null, 0, undefined],
      [0, 1, true],
      [null, 0, undefined],
    ]);
  });
});
