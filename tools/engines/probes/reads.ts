/** Indexes, pages, batches and time to live. */
import {
  BatchGetCommand,
  type DynamoDBDocumentClient,
  GetCommand,
  PutCommand,
  QueryCommand,
} from '@aws-sdk/lib-dynamodb';
import { TABLE_NAMES } from '../../rig/aws/dynamodb-server.ts';
import {
  type EngineProbe,
  freshId,
  itemOfBytes,
  MAX_ITEM_BYTES,
  outcomeOf,
  put,
  TableName,
} from './engine-probe.ts';

const page = (client: DynamoDBDocumentClient, quoteId: string, options: object = {}) =>
  client.send(
    new QueryCommand({
      TableName,
      IndexName: 'byQuote',
      KeyConditionExpression: 'quoteId = :quoteId',
      ExpressionAttributeValues: { ':quoteId': quoteId },
      ...options,
    }),
  );

async function storeQuote(client: DynamoDBDocumentClient, times: readonly number[]): Promise<string> {
  const quoteId = freshId();
  for (const createdAtMs of times) await put(client, { taskId: freshId(), quoteId, createdAtMs, data: 'x' });
  return quoteId;
}

/** Probes of reads. */
export const READ_PROBES: readonly EngineProbe[] = [
  {
    name: 'an index holds only items that have its keys (sparse)',
    aws: '1',
    run: async (client) => {
      const quoteId = await storeQuote(client, [1]);
      await put(client, { taskId: freshId(), quoteId });
      return String((await page(client, quoteId)).Count);
    },
  },
  {
    name: 'an item without the index key leaves the index',
    aws: '0',
    run: async (client) => {
      const quoteId = await storeQuote(client, [1]);
      const [entry] = (await page(client, quoteId)).Items ?? [];
      await put(client, { taskId: entry?.['taskId'], quoteId });
      return String((await page(client, quoteId)).Count);
    },
  },
  {
    name: 'a KEYS_ONLY index has the keys and nothing else',
    aws: 'createdAtMs, quoteId, taskId',
    run: async (client) => {
      const [entry = {}] = (await page(client, await storeQuote(client, [1]))).Items ?? [];
      return Object.keys(entry).toSorted().join(', ');
    },
  },
  {
    name: 'an index cannot be read strongly consistent',
    aws: 'ValidationException',
    run: (client) => outcomeOf(() => page(client, 'Q', { ConsistentRead: true })),
  },
  {
    name: 'a limit of 0 is refused',
    aws: 'ValidationException',
    run: (client) => outcomeOf(() => page(client, 'Q', { Limit: 0 })),
  },
  {
    name: 'numbers sort as numbers, negative ones first',
    aws: '-5, -1, 0, 2, 10',
    run: async (client) => {
      const quoteId = await storeQuote(client, [10, 2, -5, 0, -1]);
      return ((await page(client, quoteId)).Items ?? [])
        .map((entry) => String(entry['createdAtMs']))
        .join(', ');
    },
  },
  {
    name: 'pages have no gap and no repeated item, and the last page has no key',
    aws: '2 + 2 + 1',
    run: async (client) => {
      const quoteId = await storeQuote(client, [1, 2, 3, 4, 5]);
      const sizes: number[] = [];
      const seen = new Set<unknown>();
      let key: Record<string, unknown> | undefined;
      do {
        const { Items = [], LastEvaluatedKey } = await page(client, quoteId, {
          Limit: 2,
          ExclusiveStartKey: key,
        });
        sizes.push(Items.length);
        for (const entry of Items) seen.add(entry['taskId']);
        key = LastEvaluatedKey;
      } while (key !== undefined);
      return seen.size === 5 ? sizes.join(' + ') : `${seen.size} of 5`;
    },
  },
  {
    name: 'a page that the limit fills has a next page, even if no item is left',
    aws: 'a key, then an empty page',
    run: async (client) => {
      const quoteId = await storeQuote(client, [1, 2]);
      const first = await page(client, quoteId, { Limit: 2 });
      if (first.LastEvaluatedKey === undefined) return 'no key';
      const next = await page(client, quoteId, { Limit: 2, ExclusiveStartKey: first.LastEvaluatedKey });
      return next.Count === 0 && next.LastEvaluatedKey === undefined ? 'a key, then an empty page' : 'a key';
    },
  },
  {
    name: 'a batch reads 100 keys and leaves out absent items',
    aws: '50 of 100',
    run: async (client) => {
      const taskIds = Array.from({ length: 100 }, freshId);
      for (const taskId of taskIds.slice(0, 50)) await put(client, { taskId });
      const Keys = taskIds.map((taskId) => ({ taskId }));
      const { Responses } = await client.send(
        new BatchGetCommand({ RequestItems: { [TableName]: { Keys, ConsistentRead: true } } }),
      );
      return `${Responses?.[TableName]?.length} of 100`;
    },
  },
  {
    name: 'a batch of 101 keys is refused',
    aws: 'ValidationException',
    run: (client) => {
      const Keys = Array.from({ length: 101 }, () => ({ taskId: freshId() }));
      return outcomeOf(() => client.send(new BatchGetCommand({ RequestItems: { [TableName]: { Keys } } })));
    },
  },
  {
    name: 'a batch that names a key twice is refused',
    aws: 'ValidationException',
    run: (client) => {
      const taskId = freshId();
      const Keys = [{ taskId }, { taskId }];
      return outcomeOf(() => client.send(new BatchGetCommand({ RequestItems: { [TableName]: { Keys } } })));
    },
  },
  {
    name: 'a batch larger than 16 MB leaves keys unprocessed',
    aws: 'some are left, none is lost',
    otherwise: { MiniStack: 'all at once' },
    run: async (client) => {
      const items = Array.from({ length: 45 }, () => itemOfBytes(MAX_ITEM_BYTES));
      for (const item of items) await put(client, item);
      const Keys = items.map(({ taskId }) => ({ taskId }));
      const { Responses, UnprocessedKeys } = await client.send(
        new BatchGetCommand({ RequestItems: { [TableName]: { Keys } } }),
      );
      const read = Responses?.[TableName]?.length ?? 0;
      const left = UnprocessedKeys?.[TableName]?.Keys?.length ?? 0;
      if (read + left !== items.length) return 'some are lost';
      return left > 0 ? 'some are left, none is lost' : 'all at once';
    },
  },
  {
    name: 'an item past its time to live exists until it is deleted: a condition must compare the time',
    aws: 'there, and refused by the condition',
    run: async (client) => {
      const id = freshId();
      const expired = { id, expiresAtEpochSeconds: 1 };
      await client.send(new PutCommand({ TableName: TABLE_NAMES.ledger, Item: expired }));
      const { Item } = await client.send(new GetCommand({ TableName: TABLE_NAMES.ledger, Key: { id } }));
      const outcome = await outcomeOf(() =>
        client.send(
          new PutCommand({
            TableName: TABLE_NAMES.ledger,
            Item: expired,
            ConditionExpression: 'attribute_not_exists(id) OR expiresAtEpochSeconds < :now',
            ExpressionAttributeValues: { ':now': 1 },
          }),
        ),
      );
      return `${Item === undefined ? 'gone' : 'there'}, and ${outcome === 'ConditionalCheckFailedException' ? 'refused by the condition' : outcome}`;
    },
  },
];
