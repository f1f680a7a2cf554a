/** Who reports how long a transition took to be seen, when an update fails after Slack has shown it. */
import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, it } from 'vitest';
import { DynamoDbCardRepo } from '../../../../lambdas/adapters/dynamodb/card-repo.ts';
import { DynamoDbLedgerRepo } from '../../../../lambdas/adapters/dynamodb/ledger-repo.ts';
import { DynamoDbTaskRepo } from '../../../../lambdas/adapters/dynamodb/task-repo.ts';
import { CardUpdater } from '../../../../lambdas/adapters/slack/card-updater.ts';
import { createSlackClient } from '../../../../lambdas/adapters/slack/slack-client.ts';
import type { ExecutionTask } from '../../../../lambdas/contracts/records.ts';
import { LeaseLost } from '../../../../lambdas/domain/errors.ts';
import { POLICY } from '../../../../lambdas/domain/policy.ts';
import { completed } from '../../../../lambdas/domain/transitions.ts';
import {
  contextAt,
  countedIds,
  queuedTask,
  resultOf,
  retryableTask,
  runningTask,
} from '../../../helpers/builders.ts';
import { type DynamoDbServer, startDynamoDb, TABLE_NAMES } from '../../../helpers/dynamodb-server.ts';
import { FakeClock } from '../../../helpers/fake-clock.ts';
import { lambdaContext } from '../../../helpers/lambda-context.ts';
import { type SlackProvider, startSlackProvider } from '../../../helpers/providers.ts';

let dynamoDb: DynamoDbServer;
let slack: SlackProvider;
let clock: FakeClock;
let tasks: DynamoDbTaskRepo;
let queued: ExecutionTask;

beforeAll(async () => {
  [dynamoDb, slack] = await Promise.all([startDynamoDb(), startSlackProvider()]);
  tasks = new DynamoDbTaskRepo(dynamoDb.client, TABLE_NAMES.tasks);
});
beforeEach(async () => {
  clock = new FakeClock();
  queued = queuedTask('crm.sync', countedIds.next(), clock.nowMs());
  await tasks.putIfAbsent(queued);
});
afterEach(() => slack.heal());
afterAll(async () => {
  await slack.stop();
  await dynamoDb.stop();
});

const cardRepo = (): DynamoDbCardRepo => new DynamoDbCardRepo(dynamoDb.client, TABLE_NAMES.cards);

const update = (cards: DynamoDbCardRepo = cardRepo()) =>
  new CardUpdater({
    ledger: new DynamoDbLedgerRepo(dynamoDb.client, TABLE_NAMES.ledger),
    clock,
    ids: countedIds,
    lambdaContext: lambdaContext(clock),
    tasks,
    cards,
    client: () => Promise.resolve(createSlackClient(slack.botToken, slack.apiUrl)),
    channel: slack.channelId,
    rewriteLater: () => Promise.resolve(),
  }).update(queued.taskId);

describe('the latencies of an update that fails once Slack shows it', () => {
  it('are its own: no later update has them', async () => {
    const failed = retryableTask(runningTask(queued));
    await tasks.replace(queued, failed);
    await update();
    const done = { result: resultOf(), proof: 'applied' as const };
    await tasks.replace(failed, completed(runningTask(failed), done, contextAt(clock.nowMs())));
    await slack.fail({
      path: '/api/chat.postMessage',
      fault: { kind: 'status', status: 429, retryAfterSeconds: 7 },
    });

    const limited = await update();
    const after = await update();

    expect(limited).toMatchObject({
      kind: 'failed',
      error: { code: 'PROVIDER_RATE_LIMITED' },
      latencies: [{ version: 4 }, { version: 5 }],
    });
    expect(after).toMatchObject({ kind: 'shown', version: 5, latencies: [] });
  });

  it('are its own also when it has lost its lock by then, since they are stored', async () => {
    const lost = cardRepo();
    lost.write = () => Promise.reject(new LeaseLost());

    const loser = await update(lost);
    clock.advance(POLICY.leaseMs + POLICY.clockSkewMs);

    expect(loser).toMatchObject({
      kind: 'failed',
      error: { code: 'LEASE_LOST' },
      latencies: [{ version: 1 }],
    });
    expect(await update()).toMatchObject({ kind: 'shown', latencies: [] });
  });
});
