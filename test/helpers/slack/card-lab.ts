/** Cards on a DynamoDB engine and a Slack of their own, with a clock that moves by tests alone. */
import { afterAll, afterEach, beforeAll, beforeEach } from 'vitest';
import { DynamoDbCardRepo } from '../../../lambdas/slack/adapters/dynamodb/card-repo.ts';
import { DynamoDbLedgerRepo } from '../../../lambdas/shared/adapters/dynamodb/ledger-repo.ts';
import { DynamoDbTaskRepo } from '../../../lambdas/queue/adapters/dynamodb/task-repo.ts';
import { CardUpdater } from '../../../lambdas/slack/domain/card-updater.ts';
import { createSlackClient } from '../../../lambdas/shared/adapters/slack-api/slack-client.ts';
import type { ExecutionTask } from '../../../lambdas/queue/contracts/records.ts';
import { queuedTask, snapshotOf } from '../builders.ts';
import { countedIds } from '../../../tools/rig/counted-ids.ts';
import { type DynamoDbServer, startDynamoDb, TABLE_NAMES } from '../../../tools/rig/aws/dynamodb-server.ts';
import { FakeClock } from '../../../tools/rig/fake-clock.ts';
import { lambdaContext } from '../lambda-context.ts';
import { type SlackProvider, startSlackProvider } from '../providers.ts';

/** The quote's thread: its roots and what stands below. */
export interface ThreadSeen {
  readonly roots: number;
  readonly texts: readonly string[];
}

/** The lab of the running test. */
export class CardLab {
  readonly clock = new FakeClock();
  /** Tasks whose card is to be written once more. */
  readonly rewrites: string[] = [];
  readonly tasks: DynamoDbTaskRepo;
  readonly cards: DynamoDbCardRepo;
  readonly slack: SlackProvider;
  /** A task that is stored, of a quote of its own. */
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

  /** One that a test may break. */
  cardRepo(): DynamoDbCardRepo {
    return new DynamoDbCardRepo(this.#dynamoDb.client, TABLE_NAMES.cards);
  }

  /** An updater of an invocation of its own. */
  updater(
    cards: DynamoDbCardRepo = this.cards,
    tasks: Pick<DynamoDbTaskRepo, 'get'> = this.tasks,
  ): CardUpdater {
    const { clock, slack, rewrites } = this;
    return new CardUpdater({
      ledger: new DynamoDbLedgerRepo(this.#dynamoDb.client, TABLE_NAMES.ledger),
      clock,
      ids: countedIds,
      lambdaContext: lambdaContext(clock),
      tasks,
      cards,
      client: () => Promise.resolve(createSlackClient(slack.botToken, slack.apiUrl)),
      channel: slack.channelId,
      rewriteLater: (taskId) => {
        rewrites.push(taskId);
        return Promise.resolve();
      },
    });
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

/** Starts the servers for a file of tests; a new lab for each test. */
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
