/** The recorder in front of a real DynamoDB engine: it forwards calls unchanged and counts the usage correctly. */
import { DynamoDBClient } from '@aws-sdk/client-dynamodb';
import {
  DynamoDBDocumentClient,
  GetCommand,
  PutCommand,
  QueryCommand,
  ScanCommand,
  UpdateCommand,
} from '@aws-sdk/lib-dynamodb';
import { afterAll, beforeAll, beforeEach, describe, expect, it } from 'vitest';
import { Recorder, usageOfCalls } from '../../../../../bench/cost/meter/recorder.ts';
import {
  type DynamoDbServer,
  startDynamoDb,
  TABLE_NAMES,
} from '../../../../../tools/rig/aws/dynamodb-server.ts';
import { countedIds } from '../../../../../tools/rig/counted-ids.ts';

const REGION = 'eu-central-1';
const credentials = { accessKeyId: 'test', secretAccessKey: 'test' };

let dynamoDb: DynamoDbServer;
let recorder: Recorder;
let client: DynamoDBDocumentClient;
let taskId: string;

beforeAll(async () => {
  dynamoDb = await startDynamoDb();
  recorder = new Recorder({ awsEndpointUrl: dynamoDb.endpoint, region: REGION });
  const endpoint = await recorder.endpointFor('a-function');
  client = DynamoDBDocumentClient.from(new DynamoDBClient({ endpoint, region: REGION, credentials }));
});
beforeEach(() => {
  recorder.clear();
  recorder.onCall(undefined);
  taskId = countedIds.next();
});
afterAll(async () => {
  client.destroy();
  await recorder.close();
  await dynamoDb.stop();
});

const TableName = TABLE_NAMES.tasks;
const put = (over: object = {}, condition?: string): Promise<unknown> =>
  client.send(
    new PutCommand({
      TableName,
      Item: { taskId, quoteId: 'Q-1', createdAtMs: 1, dueShard: 'due-1', dueAtMs: 5, ...over },
      ConditionExpression: condition,
    }),
  );

const grow = (name: string): Promise<unknown> =>
  client.send(
    new UpdateCommand({
      TableName,
      Key: { taskId },
      UpdateExpression: 'SET #name = :text',
      ExpressionAttributeNames: { '#name': name },
      ExpressionAttributeValues: { ':text': 'x'.repeat(2_000) },
    }),
  );

describe('the recorder', () => {
  it('names the caller and the call, and counts the table and its two indexes', async () => {
    await put();

    expect(recorder.calls()).toMatchObject([
      { caller: 'a-function', service: 'dynamodb', operation: 'PutItem', table: TableName },
    ]);
    expect(usageOfCalls(recorder.calls()).writeUnits).toBe(3);
  });

  it('knows the previous size of the item', async () => {
    await put({ payload: 'x'.repeat(3_900) });
    recorder.clear();

    await client.send(
      new UpdateCommand({
        TableName,
        Key: { taskId },
        UpdateExpression: 'REMOVE payload SET dueAtMs = :due',
        ExpressionAttributeValues: { ':due': 6 },
      }),
    );

    // Four kilobytes before, and the entry of one index moved.
    expect(usageOfCalls(recorder.calls()).writeUnits).toBe(4 + 2);
  });

  it('forwards a rejected write and counts its cost', async () => {
    await put();
    recorder.clear();

    await expect(put({}, 'attribute_not_exists(taskId)')).rejects.toMatchObject({
      name: 'ConditionalCheckFailedException',
    });
    expect(usageOfCalls(recorder.calls())).toMatchObject({ writeUnits: 1, writtenBytes: 0 });
  });

  it('counts reads, and the items that a query with a projection read in the index', async () => {
    await put({ dueShard: taskId, payload: 'x'.repeat(5_000) });
    recorder.clear();

    await client.send(new GetCommand({ TableName, Key: { taskId }, ConsistentRead: true }));
    expect(usageOfCalls(recorder.calls()).readUnits).toBe(2);
    recorder.clear();
    const { Items } = await client.send(
      new QueryCommand({
        TableName,
        IndexName: 'byDeadline',
        KeyConditionExpression: 'dueShard = :shard',
        ProjectionExpression: 'taskId',
        ExpressionAttributeValues: { ':shard': taskId },
      }),
    );

    expect(Items).toEqual([{ taskId }]);
    const { readUnits, readBytes } = usageOfCalls(recorder.calls());
    expect(readUnits).toBe(0.5);
    expect(readBytes).toBe(`taskId${taskId}dueShard${taskId}dueAtMs`.length + 2);
  });

  it('serialises two writers of one item', async () => {
    await put({ payload: 'x'.repeat(2_000) });
    recorder.clear();

    await Promise.all([grow('first'), grow('second')]);

    // 2 KB become 4 and then 6; if both saw 2 KB before, one of the two figures would be wrong.
    const units = recorder.calls().map(({ usage }) => usage.writtenBytes);
    expect(Math.abs((units[0] ?? 0) - (units[1] ?? 0))).toBeGreaterThanOrEqual(2_000);
  });

  it('counts all scanned items of a page, regardless of filter and projection', async () => {
    const Table = TABLE_NAMES.ledger;
    for (const id of ['1', '2', '3'])
      await client.send(new PutCommand({ TableName: Table, Item: { id, payload: 'x'.repeat(2_987) } }));
    recorder.clear();
    const page = {
      TableName: Table,
      FilterExpression: 'id = :none',
      ExpressionAttributeValues: { ':none': 'none' },
      ProjectionExpression: 'id',
      Limit: 2,
    };

    const first = await client.send(new ScanCommand(page));
    await client.send(new ScanCommand({ ...page, ExclusiveStartKey: first.LastEvaluatedKey }));

    expect(first).toMatchObject({ Items: [], ScannedCount: 2 });
    // Each item has 2,997 bytes: two of them are two units of 4 KB at half the price, the third is one.
    expect(
      recorder.calls().map(({ operation, usage }) => [operation, usage.readUnits, usage.readBytes]),
    ).toEqual([
      ['Scan', 1, 2 * 2_997],
      ['Scan', 0.5, 2_997],
    ]);
  });

  it('forwards a call whose units are unknown, and reports that when asked for its usage', async () => {
    await put();
    recorder.clear();

    const { Items } = await client.send(
      new QueryCommand({
        TableName,
        KeyConditionExpression: 'taskId = :taskId',
        ProjectionExpression: 'quoteId',
        ExpressionAttributeValues: { ':taskId': taskId },
      }),
    );
    expect(Items).toEqual([{ quoteId: 'Q-1' }]);
    expect(() => usageOfCalls(recorder.calls())).toThrow(/names the keys/);
  });

  it('returns an answer of the hook without forwarding the call', async () => {
    recorder.onCall(() => Promise.resolve({ status: 200, body: '{}' }));
    await put();
    recorder.onCall(undefined);

    expect(recorder.calls()).toEqual([]);
    expect((await client.send(new GetCommand({ TableName, Key: { taskId } }))).Item).toBeUndefined();
  });
});
