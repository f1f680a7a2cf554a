/** Cards on their own DynamoDB engine and Slack, with a clock that only tests move. */
import { afterAll, afterEach, beforeAll, beforeEach } from 'vitest';
import { createCardMessages } from '../../../lambdas/slack/adapters/card-messages.ts';
import { DynamoDbCardRepo } from '../../../lambdas/slack/adapters/dynamodb/card-repo.ts';
import { type CardOutcome, CardUpdater } from '../../../lambdas/slack/domain/card-updater.ts';
import { DynamoDbLedgerRepo } from '../../../lambdas/shared/adapters/dynamodb/ledger-repo.ts';
import { DynamoDbTaskRepo } from '../../../lambdas/queue/adapters/dynamodb/task-repo.ts';
import { createSlackClient } from '../../../lambdas/shared/adapters/slack-api/slack-client.ts';
import type { ExecutionTask } from '../../../lambdas/queue/contracts/records.ts';
import type { CardRecord } from '../../../lambdas/queue/contracts/shown-cards.ts';
import { POLICY } from '../../../lambdas/queue/domain/task/policy.ts';
import { completed } from '../../../lambdas/queue/domain/task/transitions.ts';
import { contextAt, queuedTask, resultOf, snapshotOf } from '../builders.ts';
import { countedIds } from '../../../tools/rig/counted-ids.ts';
import { type DynamoDbServer, startDynamoDb, TABLE_NAMES } from '../../../tools/rig/aws/dynamodb-server.ts';
import { FakeClock } from '../../../tools/rig/fake-clock.ts';
import { remainingMsFrom } from '../lambda-context.ts';
import { type SlackProvider, startSlackProvider } from '../providers.ts';

/** Path of the call that posts. */
export const POST = '/api/chat.postMessage';
/** Path of the call that edits. */
export const UPDATE = '/api/chat.update';

/** The quote's thread: its root messages and its replies. */
export interface ThreadSeen {
  readonly roots: number;
  readonly texts: readonly string[];
}

/** A card that is in Slack. */
export type ShownCard = CardRecord & Readonly<Record<'ts' | 'threadTs', string>>;

/** The lab of the running test. */
export class CardLab {
  readonly clock = new FakeClock();
  /** Tasks whose card has to be written again. */
  readonly rewrites: string[] = [];
  readonly tasks: DynamoDbTaskRepo;
  readonly cards: DynamoDbCardRepo;
  readonly slack: SlackProvider;
  /** A stored task of a separate quote. */
  readonly queued: ExecutionTask;
  readonly #dynamoDb: DynamoDbServer;

  constructor(dynamoDb: DynamoDbServer, slack: SlackProvider) {
    this.#dynamoDb = dynamoDb;
    this.slack = slack;
    this.tasks = new DynamoDbTaskRepo(dynamoDb.client, TABLE_NAMES.tasks);
    this.cards = this.cardRepo();
    const quoteId = `Q-${countedIds.next()}`;
    this.queued = queuedTask('crm.sync', 'key', this.clock.nowMs(), snapshotOf({ quoteId }));
  }

  /** A repository that a test may break. */
  cardRepo(): DynamoDbCardRepo {
    return new DynamoDbCardRepo(this.#dynamoDb.client, TABLE_NAMES.cards);
  }

  /** A repository whose invocation is killed before it writes. */
  crashingRepo(): DynamoDbCardRepo {
    const crashing = this.cardRepo();
    crashing.write = () => Promise.reject(new Error('killed'));
    return crashing;
  }

  /** An updater of a separate invocation. */
  updater(
    cards: DynamoDbCardRepo = this.cards,
    tasks: Pick<DynamoDbTaskRepo, 'get'> = this.tasks,
  ): CardUpdater {
    const { clock, slack, rewrites } = this;
    const ledger = new DynamoDbLedgerRepo(this.#dynamoDb.client, TABLE_NAMES.ledger);
    const remainingMs = remainingMsFrom(clock);
    const guard = { ledger, clock, ids: countedIds, remainingMs };
    const client = createSlackClient(slack.botToken, slack.apiUrl);
    return new CardUpdater({
      clock,
      ids: countedIds,
      remainingMs,
      tasks,
      cards,
      messages: () => Promise.resolve(createCardMessages({ ...guard, client, channel: slack.channelId })),
      channel: slack.channelId,
      rewriteLater: (taskId) => {
        rewrites.push(taskId);
        return Promise.resolve();
      },
    });
  }

  /** Updates the card of the stored task, in a separate invocation. */
  update(rewrite = false): Promise<CardOutcome> {
    return this.updater().update(this.queued.taskId, rewrite);
  }

  /** The card of the stored task; `undefined` before the first update. */
  card(): Promise<CardRecord | undefined> {
    return this.cards.get(this.queued.taskId);
  }

  /** The card of the stored task. @throws {Error} if it is not in Slack */
  async shownCard(): Promise<ShownCard> {
    const found = await this.card();
    if (found?.ts === undefined || found.threadTs === undefined)
      throw new Error('card: expected one in Slack');
    return { ...found, ts: found.ts, threadTs: found.threadTs };
  }

  /** Moves the clock to the time at which a lock of now may be taken over. */
  passLock(): void {
    this.clock.advance((POLICY.workerTimeoutSeconds + 1) * 1_000 + POLICY.clockSkewMs);
  }

  /** A running task, completed now. */
  completed(task: ExecutionTask): ExecutionTask {
    return completed(task, { result: resultOf(), proof: 'applied' }, contextAt(this.clock.nowMs()));
  }

  async move(previous: ExecutionTask, next: ExecutionTask): Promise<ExecutionTask> {
    await this.tasks.replace(previous, next);
    return next;
  }

  async thread(): Promise<ThreadSeen> {
    const messages = await this.slack.messages();
    const roots = messages.filter(({ text }) => text.includes(`*Quote ${this.queued.quoteId}*`));
    const below = messages.filter(
      ({ ts, thread_ts }) => ts !== thread_ts && roots.some((root) => root.ts === thread_ts),
    );
    return { roots: roots.length, texts: below.map(({ text }) => text) };
  }
}

/** Starts the servers for a test file; each test gets a new lab. */
export function useCardLab(): () => CardLab {
  let dynamoDb: DynamoDbServer;
  let slack: SlackProvider;
  let lab: CardLab;
  beforeAll(async () => {
    [dynamoDb, slack] = await Promise.all([startDynamoDb(), startSlackProvider()]);
  });
  beforeEach(async () => {
    lab = new CardLab(dynamoDb, slack);
    await lab.tasks.putIfAbsent(lab.queued);
  });
  afterEach(() => slack.heal());
  afterAll(async () => {
    await slack.stop();
    await dynamoDb.stop();
  });
  return () => lab;
}
