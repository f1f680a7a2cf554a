/** Items and values. */
import { GetItemCommand, PutItemCommand } from '@aws-sdk/client-dynamodb';
import { UpdateCommand } from '@aws-sdk/lib-dynamodb';
import {
  type EngineProbe,
  freshId,
  get,
  itemOfBytes,
  MAX_ITEM_BYTES,
  outcomeOf,
  put,
  TableName,
} from './engine-probe.ts';

/** Probes of items and values. */
export const VALUE_PROBES: readonly EngineProbe[] = [
  {
    name: 'an item of 400 KB is stored',
    aws: 'accepted',
    run: (client) => outcomeOf(() => put(client, itemOfBytes(MAX_ITEM_BYTES))),
  },
  {
    name: 'an item of 400 KB and one byte is refused',
    aws: 'ValidationException',
    run: (client) => outcomeOf(() => put(client, itemOfBytes(MAX_ITEM_BYTES + 1))),
  },
  {
    name: 'an update that makes an item larger than 400 KB is refused',
    aws: 'ValidationException',
    run: async (client) => {
      const item = itemOfBytes(MAX_ITEM_BYTES - 10);
      await put(client, item);
      return outcomeOf(() =>
        client.send(
          new UpdateCommand({
            TableName,
            Key: { taskId: item['taskId'] },
            UpdateExpression: 'SET more = :more',
            ExpressionAttributeValues: { ':more': 'x'.repeat(20) },
          }),
        ),
      );
    },
  },
  {
    name: 'a number keeps 38 digits',
    aws: '12345678901234567890123456789012345678',
    run: async (client) => {
      const Key = { taskId: { S: freshId() } };
      const digits = { N: '12345678901234567890123456789012345678' };
      await client.send(new PutItemCommand({ TableName, Item: { ...Key, digits } }));
      const { Item } = await client.send(new GetItemCommand({ TableName, Key, ConsistentRead: true }));
      return Item?.['digits']?.N ?? 'none';
    },
  },
  {
    name: 'a number of 39 digits is refused',
    aws: 'ValidationException',
    run: (client) =>
      outcomeOf(() =>
        client.send(
          new PutItemCommand({
            TableName,
            Item: { taskId: { S: freshId() }, digits: { N: '1'.repeat(39) } },
          }),
        ),
      ),
  },
  {
    name: 'times in milliseconds come back as they were',
    aws: '1774699200123',
    run: async (client) => {
      const taskId = freshId();
      await put(client, { taskId, atMs: 1_774_699_200_123 });
      return String((await get(client, taskId))?.['atMs']);
    },
  },
  {
    name: 'an attribute may be empty text',
    aws: 'empty',
    run: async (client) => {
      const taskId = freshId();
      await put(client, { taskId, text: '' });
      return (await get(client, taskId))?.['text'] === '' ? 'empty' : 'not empty';
    },
  },
  {
    name: 'a key may not be empty text',
    aws: 'ValidationException',
    run: (client) => outcomeOf(() => put(client, { taskId: '' })),
  },
  {
    name: 'a key of more than 2,048 bytes is refused',
    aws: 'ValidationException',
    run: (client) => outcomeOf(() => put(client, { taskId: 'x'.repeat(2_049) })),
  },
  {
    name: 'a set may not be empty',
    aws: 'ValidationException',
    run: (client) =>
      outcomeOf(() =>
        client.send(new PutItemCommand({ TableName, Item: { taskId: { S: freshId() }, names: { SS: [] } } })),
      ),
  },
  {
    name: 'the key of an item cannot be updated',
    aws: 'ValidationException',
    run: (client) =>
      outcomeOf(() =>
        client.send(
          new UpdateCommand({
            TableName,
            Key: { taskId: freshId() },
            UpdateExpression: 'SET taskId = :other',
            ExpressionAttributeValues: { ':other': 'other' },
          }),
        ),
      ),
  },
  {
    name: 'the key of an index may not be empty text',
    aws: 'ValidationException',
    run: (client) => outcomeOf(() => put(client, { taskId: freshId(), quoteId: '', createdAtMs: 1 })),
  },
  {
    name: 'the key of an index must have its type',
    aws: 'ValidationException',
    run: (client) => outcomeOf(() => put(client, { taskId: freshId(), quoteId: 'Q', createdAtMs: 'now' })),
  },
  {
    name: 'keys differ by their bytes: composed and decomposed letters are two keys',
    aws: 'two keys',
    run: async (client) => {
      const base = freshId();
      await put(client, { taskId: `${base}-Łó`.normalize('NFC'), form: 'NFC' });
      await put(client, { taskId: `${base}-Łó`.normalize('NFD'), form: 'NFD' });
      const found = await get(client, `${base}-Łó`.normalize('NFC'));
      return found?.['form'] === 'NFC' ? 'two keys' : 'one key';
    },
  },
  {
    name: 'a key outside the basic plane comes back as it was',
    aws: '東京 🦆',
    run: async (client) => {
      const base = freshId();
      await put(client, { taskId: `${base}東京 🦆` });
      return String((await get(client, `${base}東京 🦆`))?.['taskId']).slice(base.length);
    },
  },
];
