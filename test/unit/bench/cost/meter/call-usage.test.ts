import { describe, expect, it } from 'vitest';
import { type ObservedCall, usageOfCall } from '../../../../../bench/cost/meter/call-usage.ts';
import type { StoredItem } from '../../../../../bench/cost/meter/capacity-units.ts';
import { usedOnly } from '../../../../../bench/cost/meter/usage.ts';

const call = (over: Partial<ObservedCall>): ObservedCall => ({
  service: 'dynamodb',
  operation: 'GetItem',
  request: { TableName: 'Tasks' },
  answer: {},
  status: 200,
  ...over,
});
const wire = (bytes: number) => ({ id: { S: '1' }, data: { S: 'x'.repeat(bytes - 7) } });
const item = (bytes: number): StoredItem => wire(bytes);
const table = { keys: ['id'], indexes: [] };

describe('a read of one item', () => {
  it('that exists costs by its size, and half of it if eventually consistent', () => {
    const answer = { Item: wire(5_000) };
    const strong = call({ request: { TableName: 'Tasks', ConsistentRead: true }, answer });

    expect(usageOfCall(strong)).toEqual(usedOnly({ readUnits: 2, readBytes: 5_000 }));
    expect(usageOfCall(call({ answer }))).toEqual(usedOnly({ readUnits: 1, readBytes: 5_000 }));
  });

  it('that does not exist costs as much as a small one', () => {
    expect(usageOfCall(call({}))).toEqual(usedOnly({ readUnits: 0.5 }));
  });
});

const query = (answer: unknown, request: object = {}): ObservedCall =>
  call({ operation: 'Query', request: { TableName: 'Tasks', ...request }, answer });

describe('a query', () => {
  it('rounds up once for the sum of the items that it read', () => {
    const answer = { Items: [wire(3_000), wire(3_000)] };

    expect(usageOfCall(query(answer, { ConsistentRead: true })).readUnits).toBe(2);
    expect(usageOfCall(query(answer)).readUnits).toBe(1);
    expect(usageOfCall(query({ Items: [] })).readUnits).toBe(0.5);
  });

  it('counts the read items if the answer shows fewer', () => {
    const projected = { ...query({ Items: [wire(10)] }), read: [item(9_000)] };

    expect(usageOfCall(projected)).toMatchObject({ readUnits: 1.5, readBytes: 9_000 });
  });

  it('whose answer does not tell what was read is refused', () => {
    expect(() => usageOfCall({ ...query({ Items: [wire(10)] }), read: 'untold' })).toThrow(/names the keys/);
  });

  it('with a filter is refused, since the answer does not show the read items', () => {
    expect(() => usageOfCall(query({ Items: [] }, { FilterExpression: 'a = :a' }))).toThrow(/filter/);
  });
});

const scan = (over: Partial<ObservedCall>): ObservedCall =>
  call({ operation: 'Scan', request: { TableName: 'Tasks', FilterExpression: 'a = :a' }, ...over });

describe('a scan', () => {
  it('rounds up once for the scanned items, not for the returned ones', () => {
    const read = [item(3_000), item(3_000)];

    expect(usageOfCall(scan({ read, answer: { Items: [] } }))).toMatchObject({
      readUnits: 1,
      readBytes: 6_000,
    });
    expect(usageOfCall(scan({ read: [] }))).toEqual(usedOnly({ readUnits: 0.5 }));
    const strong = { TableName: 'Tasks', ConsistentRead: true };
    expect(usageOfCall(scan({ read, request: strong })).readUnits).toBe(2);
  });

  it('is refused if its scanned items are not known, unless the call was rejected', () => {
    expect(() => usageOfCall(scan({ answer: { Items: [] } }))).toThrow(/looked at/);
    expect(usageOfCall(scan({ status: 400 }))).toEqual(usedOnly({ readUnits: 0.5 }));
  });
});

it('rounds up each item of a batch, including a missing one', () => {
  const batch = call({
    operation: 'BatchGetItem',
    request: { RequestItems: { Tasks: { Keys: [wire(9), wire(9), wire(9)], ConsistentRead: true } } },
    answer: { Responses: { Tasks: [wire(5_000), wire(100)] } },
  });

  expect(usageOfCall(batch)).toMatchObject({ readUnits: 2 + 1 + 1, readBytes: 5_100 });
});

describe('a write', () => {
  it('costs in the table and in every index', () => {
    const written = {
      table: { keys: ['id'], indexes: [{ name: 'byQuote', keys: ['quoteId'] }] },
      before: undefined,
      after: { ...item(1_900), quoteId: { S: 'Q-1' } },
    };

    expect(usageOfCall(call({ operation: 'PutItem', written })).writeUnits).toBe(2 + 1);
  });

  it('whose condition fails costs as much as the stored item and writes nothing', () => {
    const refused = call({
      operation: 'PutItem',
      status: 400,
      written: { table, before: item(3_000), after: item(9_000) },
    });

    expect(usageOfCall(refused)).toEqual(usedOnly({ writeUnits: 3 }));
  });

  it('is not counted without the item before and after', () => {
    expect(() => usageOfCall(call({ operation: 'DeleteItem' }))).toThrow(/written/);
  });
});

const entry = (bytes: number) => ({ Detail: 'x'.repeat(bytes) });

describe('another service', () => {
  it.each([
    ['events by 64 KB', 'events', 'PutEvents', { Entries: [entry(10), entry(65_537)] }, { events: 3 }],
    ['a message', 'sqs', 'SendMessage', { MessageBody: 'x' }, { sqsRequests: 1 }],
    ['an object written', 's3', 'PUT', undefined, { s3Writes: 1 }],
    ['an object looked at', 's3', 'HEAD', undefined, { s3Reads: 1 }],
    ['the start of an execution, which is free', 'states', 'StartExecution', {}, {}],
    ['a secret, which is cached', 'secretsmanager', 'GetSecretValue', {}, {}],
  ])('counts: %s', (_name, service, operation, request, usage) => {
    expect(usageOfCall(call({ service, operation, request }))).toEqual(usedOnly(usage));
  });

  it.each([
    { service: 'kinesis', operation: 'PutRecord' },
    { service: 'dynamodb', operation: 'TransactWriteItems' },
  ])('without a known price is refused: $service $operation', (unknown) => {
    expect(() => usageOfCall(call(unknown))).toThrow(/expected one whose/);
  });
});
