/** The Slack routes refuse every request that is not a fresh request of Slack for an operator, and store nothing of it. */
import { GetQueueAttributesCommand, SQSClient } from '@aws-sdk/client-sqs';
import { paginateScan } from '@aws-sdk/lib-dynamodb';
import { randomBytes } from 'node:crypto';
import { setTimeout as delay } from 'node:timers/promises';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { canonicalJson } from '../../../lambdas/shared/domain/hashing.ts';
import { queuedTask, snapshotOf } from '../../helpers/builders.ts';
import { blockActionsOf, commandForm, clickForm, signedHeaders } from '../../helpers/slack/slack-request.ts';
import { badRequests, type BadRequest } from '../support/bad-requests.ts';
import { logOf } from '../support/function-logs.ts';
import { eventually, freshQuoteId, outputs, rootClient } from '../support/queue.ts';
import {
  ADA,
  documents,
  postSlack,
  putSlackSecret,
  putTask,
  readSlackSecret,
  type SlackSecretValue,
  storedTask,
} from '../support/slack.ts';

const BAD_REQUESTS = 200;
/** Bad requests that are a repeated valid one. */
const REPLAYS = 24;
const AT_ONCE = 8;
const SEED = 20_261_121;

const sqs = new SQSClient(rootClient);
const canary = `canary${randomBytes(8).toString('hex')}`;
let secret: SlackSecretValue;
let signingSecret: string;

async function itemsOf(table: string): Promise<readonly string[]> {
  const items: string[] = [];
  for await (const page of paginateScan({ client: documents }, { TableName: table, ConsistentRead: true })) {
    items.push(...(page.Items ?? []).map(canonicalJson));
  }
  return items.toSorted();
}

async function messagesIn(queueUrl: string): Promise<number> {
  const { Attributes = {} } = await sqs.send(
    new GetQueueAttributesCommand({ QueueUrl: queueUrl, AttributeNames: ['All'] }),
  );
  const { ApproximateNumberOfMessages: waiting, ApproximateNumberOfMessagesNotVisible: taken } = Attributes;
  return Number(waiting) + Number(taken);
}

/** Everything that a request could write. */
const stored = async () => ({
  tasks: await itemsOf(outputs.tasksTable),
  audit: await itemsOf(outputs.auditTable),
  ledger: await itemsOf(outputs.ledgerTable),
});

const QUIET_MS = 500;
/**
 * The stored state when no click is in progress, since answered requests have later effects only through clicks. The pause is for tasks of
 * other tests, which may still change.
 */
const storedWhenQuiet = () =>
  eventually('quiet', async () => {
    const clicks = await messagesIn(outputs.clickQueueUrl);
    const cards = await messagesIn(outputs.cardQueueUrl);
    const before = await stored();
    await delay(QUIET_MS);
    const isQuiet = clicks + cards === 0 && canonicalJson(before) === canonicalJson(await stored());
    return isQuiet ? before : undefined;
  });

const newTask = () =>
  putTask(queuedTask('crm.sync', 'security', Date.now(), snapshotOf({ quoteId: freshQuoteId() })));

/** A valid press of a person, signed now. */
function goodPress(taskId: string, version: number): BadRequest {
  const payload = {
    ...blockActionsOf({ taskId, version, action: 'audit', ...(ADA && { person: ADA }) }),
    canary,
  };
  const body = clickForm(payload);
  return {
    kind: 'replayed',
    route: 'interactions',
    body,
    headers: signedHeaders(body, Date.now(), signingSecret),
  };
}

/** 503: on a busy machine, a cold function could not read its secret in time; the request had no effect. */
const send = ({ kind, route, body, headers }: BadRequest) =>
  eventually(`an answer to ${kind}`, async () => {
    const answer = await postSlack(route, body, headers);
    return answer.status === 503 ? undefined : { kind, ...answer };
  });

async function sendAll(requests: readonly BadRequest[]) {
  const answers = [];
  for (let start = 0; start < requests.length; start += AT_ONCE) {
    answers.push(...(await Promise.all(requests.slice(start, start + AT_ONCE).map(send))));
  }
  return answers;
}

beforeAll(async () => {
  secret = await readSlackSecret();
  signingSecret = secret.signingSecrets[0] ?? '';
});
afterAll(() => putSlackSecret(secret));

describe(`${BAD_REQUESTS} bad requests`, () => {
  it('are refused without a message, write nothing and log nothing of their content', async () => {
    const { taskId, version } = await newTask();
    const first = Array.from({ length: REPLAYS }, () => goodPress(taskId, version));
    const welcome = await sendAll(first);
    const before = await storedWhenQuiet();
    const ingredients = { signingSecret, taskId, version, canary };

    const answers = await sendAll([...badRequests(BAD_REQUESTS - REPLAYS, ingredients, SEED), ...first]);

    expect(welcome.map(({ status }) => status)).toEqual(first.map(() => 200));
    expect(answers).toHaveLength(BAD_REQUESTS);
    expect(
      answers.filter(({ status, text }) => ![400, 401, 403, 409].includes(status) || text !== ''),
    ).toEqual([]);
    const replays = answers.filter(({ kind }) => kind === 'replayed');
    expect(replays.map(({ status }) => status)).toEqual(first.map(() => 409));
    expect(await storedWhenQuiet()).toEqual(before);
    expect((await storedTask(taskId)).version).toBe(version);
    const lines = (await Promise.all([logOf('slack-interactions'), logOf('slack-commands')])).flat();
    expect(lines.filter((line) => line.includes('slack request refused')).length).toBeGreaterThan(0);
    const marks = [canary, secret.botToken, signingSecret, 'v0=', 'payload', 'verification-token'];
    expect(lines.filter((line) => marks.some((mark) => line.includes(mark)))).toEqual([]);
  });
});

/** Status of a command signed with a secret. */
const statusWith = async (key: string) => {
  const body = commandForm('help', ADA);
  return (await postSlack('commands', body, signedHeaders(body, Date.now(), key))).status;
};

describe('a rotation of the signing secret', () => {
  const fresh = randomBytes(16).toString('hex');

  it('accepts both secrets until its end, the new one at once', async () => {
    const refusedBefore = await statusWith(fresh);
    await putSlackSecret({ ...secret, signingSecrets: [signingSecret, fresh] });

    const accepted = await eventually(
      'the new secret',
      async () => ((await statusWith(fresh)) === 200 ? true : undefined),
      30_000,
    );

    expect(refusedBefore).toBe(401);
    expect(accepted).toBe(true);
    expect(await statusWith(signingSecret)).toBe(200);
    expect(await statusWith(randomBytes(16).toString('hex'))).toBe(401);
  });
});
