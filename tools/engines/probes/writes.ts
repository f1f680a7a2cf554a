/** Conditional writes. */
import { ConditionalCheckFailedException } from '@aws-sdk/client-dynamodb';
import { DeleteCommand, type DynamoDBDocumentClient, PutCommand, UpdateCommand } from '@aws-sdk/lib-dynamodb';
import { type EngineProbe, freshId, get, outcomeOf, put, TableName } from './engine-probe.ts';

async function refusedItem(send: () => Promise<unknown>): Promise<string> {
  try {
    await send();
    return 'accepted';
  } catch (error) {
    if (!(error instanceof ConditionalCheckFailedException)) throw error;
    return error.Item === undefined
      ? 'refused without the item'
      : `refused with ${error.Item['taskId']?.S === undefined ? 'no key' : 'the item'}`;
  }
}

/** Probes of conditional writes. */
export const WRITE_PROBES: readonly EngineProbe[] = [
  {
    name: 'one of ten racing puts on absence wins',
    aws: '1 of 10',
    run: async (client) => {
      const taskId = freshId();
      const ConditionExpression = 'attribute_not_exists(taskId)';
      const racing = Array.from({ length: 10 }, () =>
        outcomeOf(() => client.send(new PutCommand({ TableName, Item: { taskId }, ConditionExpression }))),
      );
      return `${(await Promise.all(racing)).filter((outcome) => outcome === 'accepted').length} of 10`;
    },
  },
  ...(['put', 'update', 'delete'] as const).map((verb) => ({
    name: `a refused ${verb} returns the stored item (ReturnValuesOnConditionCheckFailure)`,
    aws: 'refused with the item',
    run: async (client: DynamoDBDocumentClient) => {
      const taskId = freshId();
      await put(client, { taskId, version: 1 });
      const condition = {
        TableName,
        ConditionExpression: 'version = :version',
        ExpressionAttributeValues: { ':version': 2 },
        ReturnValuesOnConditionCheckFailure: 'ALL_OLD' as const,
      };
      return refusedItem(async () => {
        if (verb === 'put') await client.send(new PutCommand({ ...condition, Item: { taskId } }));
        if (verb === 'delete') await client.send(new DeleteCommand({ ...condition, Key: { taskId } }));
        if (verb === 'update') {
          const UpdateExpression = 'SET version = :version';
          await client.send(new UpdateCommand({ ...condition, Key: { taskId }, UpdateExpression }));
        }
      });
    },
  })),
  {
    name: 'a refused put on an absent item returns no item',
    aws: 'refused without the item',
    run: (client) =>
      refusedItem(() =>
        client.send(
          new PutCommand({
            TableName,
            Item: { taskId: freshId() },
            ConditionExpression: 'attribute_exists(taskId)',
            ReturnValuesOnConditionCheckFailure: 'ALL_OLD',
          }),
        ),
      ),
  },
  {
    name: 'ALL_OLD of a first put is empty, of a second one the first item',
    aws: 'none, then 1',
    run: async (client) => {
      const taskId = freshId();
      const write = (version: number) =>
        client.send(new PutCommand({ TableName, Item: { taskId, version }, ReturnValues: 'ALL_OLD' }));
      const first = await write(1);
      const second = await write(2);
      return `${first.Attributes === undefined ? 'none' : 'some'}, then ${String(second.Attributes?.['version'])}`;
    },
  },
  {
    name: 'if_not_exists keeps an existing value, and REMOVE removes an attribute',
    aws: 'kept 1, no owner',
    run: async (client) => {
      const taskId = freshId();
      await put(client, { taskId, version: 1, owner: 'a' });
      await client.send(
        new UpdateCommand({
          TableName,
          Key: { taskId },
          UpdateExpression: 'SET version = if_not_exists(version, :other) REMOVE #owner',
          ExpressionAttributeNames: { '#owner': 'owner' },
          ExpressionAttributeValues: { ':other': 9 },
        }),
      );
      const item = await get(client, taskId);
      return `kept ${String(item?.['version'])}, ${item?.['owner'] === undefined ? 'no owner' : 'an owner'}`;
    },
  },
  {
    name: 'a reserved word without a placeholder is refused',
    aws: 'ValidationException',
    run: (client) =>
      outcomeOf(() =>
        client.send(
          new UpdateCommand({
            TableName,
            Key: { taskId: freshId() },
            UpdateExpression: 'SET status = :status',
            ExpressionAttributeValues: { ':status': 1 },
          }),
        ),
      ),
  },
  {
    name: 'a value that no expression uses is refused',
    aws: 'ValidationException',
    run: (client) =>
      outcomeOf(() =>
        client.send(
          new PutCommand({
            TableName,
            Item: { taskId: freshId() },
            ConditionExpression: 'attribute_not_exists(taskId)',
            ExpressionAttributeValues: { ':unused': 1 },
          }),
        ),
      ),
  },
];
