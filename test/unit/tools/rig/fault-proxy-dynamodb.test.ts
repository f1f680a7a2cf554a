/** The fault proxy in front of DynamoDB, with the SDK's own client. */
import * as z from 'zod/mini';
import {
  DynamoDBClient,
  GetItemCommand,
  ProvisionedThroughputExceededException,
  PutItemCommand,
} from '@aws-sdk/client-dynamodb';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { type FaultProxy, startFaultProxy } from '../../../../tools/rig/faults/fault-proxy.ts';
import {
  json,
  type RunningServer,
  type ServerRequest,
  startServer,
} from '../../../../tools/rig/http/http-server.ts';

let upstream: RunningServer;
let seen: ServerRequest[] = [];
let proxy: FaultProxy;
let client: DynamoDBClient;

beforeEach(async () => {
  seen = [];
  upstream = await startServer(async (request) => {
    seen.push(request);
    return json(200, {});
  });
  proxy = await startFaultProxy({
    upstreams: { crm: upstream.url, slack: `${upstream.url}/api/`, aws: upstream.url },
  });
  client = new DynamoDBClient({
    endpoint: proxy.url,
    region: 'us-east-1',
    credentials: { accessKeyId: 'test', secretAccessKey: 'test' },
    maxAttempts: 1,
  });
});
afterEach(async () => {
  client.destroy();
  await proxy.stop();
  await upstream.stop();
});

const put = (taskId = 'task-1') =>
  client.send(new PutItemCommand({ TableName: 'tasks', Item: { taskId: { S: taskId } } }));
const get = () => client.send(new GetItemCommand({ TableName: 'tasks', Key: { taskId: { S: 'task-1' } } }));

const scriptedSchema = z.object({ id: z.number() });

async function script(rule: object): Promise<number> {
  const response = await fetch(`${proxy.url}/_control/faults`, {
    method: 'POST',
    body: JSON.stringify({ target: 'dynamodb', ...rule }),
  });
  return scriptedSchema.parse(await response.json()).id;
}

describe('a request to DynamoDB', () => {
  it('is forwarded with the signed host', async () => {
    await put();

    expect(seen[0]?.headers.host).toBe(new URL(proxy.url).host);
    expect(seen[0]?.headers.authorization).toContain('SignedHeaders=');
  });

  it('is throttled like by DynamoDB, by its operation and for the given number of times', async () => {
    await script({ path: '/PutItem', fault: { kind: 'status', status: 400 }, times: 1 });

    await get();
    await expect(put()).rejects.toThrow(ProvisionedThroughputExceededException);
    await put();

    expect(seen.map(({ headers }) => headers['x-amz-target'])).toEqual([
      'DynamoDB_20120810.GetItem',
      'DynamoDB_20120810.PutItem',
    ]);
  });

  it('is carried out although its reply is lost', async () => {
    await script({ path: '/*', bodyIncludes: 'task-2', fault: { kind: 'drop_reply' } });

    await put('task-1');
    await expect(put('task-2')).rejects.toThrow('socket hang up');

    expect(seen).toHaveLength(2);
  });

  it('fails every third time by one rule, and another rule applies to the rest', async () => {
    await script({ path: '/PutItem', every: 3, fault: { kind: 'status', status: 400 }, times: 2 });
    await script({ path: '/PutItem', every: 2, fault: { kind: 'status', status: 500 }, times: 1 });

    const outcomes = [];
    for (let n = 0; n < 7; n += 1)
      outcomes.push(
        await put().then(
          () => 'stored',
          (error: Error) => error.name,
        ),
      );

    expect(outcomes).toEqual([
      'stored',
      'InternalServerError',
      'ProvisionedThroughputExceededException',
      'stored',
      'stored',
      'ProvisionedThroughputExceededException',
      'stored',
    ]);
  });

  it('is forwarded again after its rule is removed, and other rules stay', async () => {
    const id = await script({ path: '/PutItem', fault: { kind: 'status', status: 400 }, times: 9 });
    await script({ path: '/GetItem', fault: { kind: 'status', status: 500 }, times: 9 });

    const removed = await fetch(`${proxy.url}/_control/faults/${id}`, { method: 'DELETE' });
    const again = await fetch(`${proxy.url}/_control/faults/${id}`, { method: 'DELETE' });

    expect([removed.status, again.status]).toEqual([200, 404]);
    await put();
    await expect(get()).rejects.toThrow('Scripted fault');
  });
});
