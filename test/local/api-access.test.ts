/** Access to the API; a refused request stores nothing. */
import {
  CreateAccessKeyCommand,
  CreateUserCommand,
  IAMClient,
  PutUserPolicyCommand,
} from '@aws-sdk/client-iam';
import { DynamoDBClient, ScanCommand } from '@aws-sdk/client-dynamodb';
import { beforeAll, describe, expect, it } from 'vitest';
import { taskViewSchema } from '../../lambdas/queue/contracts/api.ts';
import { type ApiRequest, callApi } from '../../tools/cli/clients/api-client.ts';
import { getAudit } from '../../tools/cli/clients/queue-client.ts';
import type { Target } from '../../tools/cli/target/target.ts';
import {
  eventually,
  freshQuoteId,
  outputs,
  payloadFor,
  postAction,
  rootClient,
  ended,
  target,
} from './support/queue.ts';

const iam = new IAMClient(rootClient);
const dynamo = new DynamoDBClient(rootClient);

const keysOf = async (user: string): Promise<{ accessKeyId: string; secretAccessKey: string }> => {
  const { AccessKey } = await iam.send(new CreateAccessKeyCommand({ UserName: user }));
  return { accessKeyId: AccessKey?.AccessKeyId ?? '', secretAccessKey: AccessKey?.SecretAccessKey ?? '' };
};

const as = (credentials: { accessKeyId: string; secretAccessKey: string }): Target => ({
  ...target,
  credentials: () => Promise.resolve(credentials),
});

const enqueueRequest = (quoteId: string, body?: string): ApiRequest => ({
  method: 'POST',
  path: `/quotes/${quoteId}/actions`,
  headers: { 'idempotency-key': 'access' },
  body: body ?? JSON.stringify({ kind: 'crm.sync', payload: payloadFor('crm.sync', quoteId) }),
});

async function countTasks(): Promise<number> {
  const { Count = 0 } = await dynamo.send(
    new ScanCommand({ TableName: outputs.tasksTable, Select: 'COUNT' }),
  );
  return Count;
}

let clerk: { accessKeyId: string; secretAccessKey: string };
let stranger: { accessKeyId: string; secretAccessKey: string };

beforeAll(async () => {
  for (const user of ['clerk', 'stranger']) await iam.send(new CreateUserCommand({ UserName: user }));
  const statement = { Effect: 'Allow', Action: 'execute-api:Invoke', Resource: '*' };
  await iam.send(
    new PutUserPolicyCommand({
      UserName: 'clerk',
      PolicyName: 'invoke',
      PolicyDocument: JSON.stringify({ Version: '2012-10-17', Statement: [statement] }),
    }),
  );
  clerk = await keysOf('clerk');
  stranger = await keysOf('stranger');
});

describe('the API', () => {
  it('answers a caller with a matching policy and names it in the audit trail', async () => {
    const answer = await callApi(as(clerk), enqueueRequest(freshQuoteId()));

    expect(answer.status).toBe(202);
    const { taskId } = await ended(taskViewSchema.parse(answer.body).taskId);
    const trail = await eventually('the first audit record', async () => {
      const { records } = await getAudit(target, taskId);
      return records.length > 0 ? records : undefined;
    });
    expect(trail[0]?.actor).toMatch(/user\/clerk$/);
  });

  it('refuses unsigned, wrongly signed, unknown and unauthorised callers with 403, and writes nothing', async () => {
    const before = await countTasks();
    const quoteId = freshQuoteId();
    const { path, headers, body } = enqueueRequest(quoteId);

    const unsigned = await fetch(`${outputs.apiUrl}${path}`, {
      method: 'POST',
      headers: { ...headers, 'content-type': 'application/json' },
      body: body ?? '',
    });
    const wronglySigned = await callApi(as({ ...clerk, secretAccessKey: 'wrong' }), enqueueRequest(quoteId));
    const unknownKey = await callApi(
      as({ accessKeyId: 'AKIAUNKNOWN', secretAccessKey: 'x' }),
      enqueueRequest(quoteId),
    );
    const noGrant = await callApi(as(stranger), enqueueRequest(quoteId));

    expect([unsigned, wronglySigned, unknownKey, noGrant].map(({ status }) => status)).toEqual([
      403, 403, 403, 403,
    ]);
    expect(await countTasks()).toBe(before);
  });

  it('refuses undocumented requests and writes nothing', async () => {
    const before = await countTasks();
    const quoteId = freshQuoteId();
    const send = async (request: Partial<ApiRequest>) =>
      (await callApi(target, { ...enqueueRequest(quoteId), ...request })).status;

    expect(await send({ headers: {} })).toBe(400);
    expect(await send({ body: '{"kind":' })).toBe(400);
    expect(await send({ body: '{"kind":"crm.sync","payload":{}}' })).toBe(422);
    expect(await send({ body: JSON.stringify({ kind: 'x'.repeat(210_000) }) })).toBe(413);
    const unknown = await callApi(target, { method: 'GET', path: `/actions/task-${'0'.repeat(40)}` });
    expect(unknown.status).toBe(404);
    expect(await countTasks()).toBe(before);
  });

  it('replays a request with the same key and refuses another payload with it', async () => {
    const quoteId = freshQuoteId();

    const first = await postAction(quoteId, 'crm.sync', 'same');
    const again = await postAction(quoteId, 'crm.sync', 'same');
    const other = await postAction(quoteId, 'crm.sync', 'same', {
      ...payloadFor('crm.sync', quoteId),
      dealStage: 'other',
    });

    expect([first.status, again.status, other.status]).toEqual([202, 200, 409]);
    expect(again.headers.get('idempotency-replayed')).toBe('true');
    expect(taskViewSchema.parse(again.body).taskId).toBe(taskViewSchema.parse(first.body).taskId);
  });

  it('refuses a stale version with 412 and an impossible transition with 409', async () => {
    const { body } = await postAction(freshQuoteId(), 'crm.sync', 'operate');
    const { taskId } = await ended(taskViewSchema.parse(body).taskId);
    const abandon = (version: number) =>
      callApi(target, {
        method: 'POST',
        path: `/actions/${taskId}/abandon`,
        headers: { 'if-match': `"${version}"` },
      });

    expect((await abandon(1)).status).toBe(412);
    expect((await abandon(3)).status).toBe(409);
  });
});
