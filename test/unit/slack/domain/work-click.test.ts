import { GetCommand, PutCommand } from '@aws-sdk/lib-dynamodb';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { toItem } from '../../../../lambdas/queue/adapters/dynamodb/task-item.ts';
import { DynamoDbTaskRepo } from '../../../../lambdas/queue/adapters/dynamodb/task-repo.ts';
import type { CardAction } from '../../../../lambdas/slack/contracts/slack-actions.ts';
import type { Click } from '../../../../lambdas/slack/contracts/slack-payloads.ts';
import type { ExecutionTask } from '../../../../lambdas/queue/contracts/records.ts';
import type { ExecutionInput } from '../../../../lambdas/queue/contracts/state-machine-io.ts';
import { QueueError } from '../../../../lambdas/shared/domain/errors.ts';
import { sha256Hex } from '../../../../lambdas/shared/domain/hashing.ts';
import { noticeText } from '../../../../lambdas/slack/adapters/ephemeral.ts';
import { workClick } from '../../../../lambdas/slack/domain/work-click.ts';
import { queuedTask, retryableTask, runningTask } from '../../../helpers/builders.ts';
import {
  type DynamoDbServer,
  startDynamoDb,
  TABLE_NAMES,
} from '../../../../tools/rig/aws/dynamodb-server.ts';
import { FakeClock } from '../../../../tools/rig/fake-clock.ts';
import { mustKnow } from '../../../../lambdas/queue/domain/task/foreign.ts';

let dynamoDb: DynamoDbServer;
let tasks: DynamoDbTaskRepo;
const clock = new FakeClock();

beforeAll(async () => {
  dynamoDb = await startDynamoDb();
  tasks = new DynamoDbTaskRepo(dynamoDb.client, TABLE_NAMES.tasks);
});
afterAll(() => dynamoDb.stop());

let made = 0;
async function storedTask(
  make: (task: ExecutionTask) => ExecutionTask = (task) => task,
): Promise<ExecutionTask> {
  made += 1;
  const written = await tasks.putIfAbsent(make(queuedTask('crm.sync', `key-${made}`)));
  if (written.kind === 'conflict') throw new Error('task: expected a new one');
  return written.task;
}
const storedRetryable = () => storedTask((task) => retryableTask(runningTask(task)));

function clickOn({ taskId, version }: ExecutionTask, action: CardAction, name = 'ada'): Click {
  made += 1;
  return {
    schemaVersion: 1,
    clickId: sha256Hex(`click ${made}`),
    taskId,
    version,
    action,
    teamId: 'T0QUOTEQ1',
    userId: `U0${name.toUpperCase()}`,
    userName: name,
    channelId: 'C0QUOTES1',
    messageTs: '1.2',
  };
}

/** Step Functions that fails to start the first `failures` times. */
function driverFailing(failures = 0) {
  const started: ExecutionInput[] = [];
  let left = failures;
  return {
    started,
    status: () => Promise.resolve('missing' as const),
    start: async (input: ExecutionInput) => {
      left -= 1;
      if (left >= 0) throw new QueueError('DRIVER_NOT_STARTED');
      started.push(input);
      return 'started' as const;
    },
  };
}

/** Works on a click; returns the texts for the person. */
async function work(click: Click, driver = driverFailing()): Promise<string | undefined> {
  const notice = await workClick({ queue: tasks, driver, clock }, click);
  return notice === undefined ? undefined : noticeText(click, notice);
}

const current = async ({ taskId }: ExecutionTask): Promise<ExecutionTask> => {
  const task = await tasks.get(taskId);
  if (task === undefined) throw new Error('task: expected it to be stored');
  return mustKnow(task);
};

describe.each([
  ['once', 1],
  ['twice', 2],
  ['five times', 5],
])('a click that is delivered %s', (_times, deliveries) => {
  const deliver = async (click: Click, driver = driverFailing()) => {
    const notices: (string | undefined)[] = [];
    for (let delivery = 0; delivery < deliveries; delivery += 1) {
      notices.push(await work(click, driver));
    }
    return { notices, driver };
  };
  const silence = Array.from({ length: deliveries }, () => undefined);

  it('retries once: one transition, one new generation, and every start is of that generation', async () => {
    const task = await storedRetryable();

    const { notices, driver } = await deliver(clickOn(task, 'retry'));

    const after = await current(task);
    expect(notices).toEqual(silence);
    expect(after).toMatchObject({ state: 'retryable_failed', version: 4, generation: 2 });
    expect(after.history.at(-1)).toMatchObject({
      cause: 'operator_retry',
      actor: 'slack:T0QUOTEQ1/U0ADA (ada)',
    });
    expect(new Set(driver.started.map(({ generation }) => generation))).toEqual(new Set([2]));
  });

  it.each([
    ['abandon', storedRetryable],
    ['cancel', () => storedTask()],
  ] as const)('ends the task by %s and starts nothing', async (action, make) => {
    const task = await make();

    const { notices, driver } = await deliver(clickOn(task, action));

    expect(notices).toEqual(silence);
    expect(await current(task)).toMatchObject({ state: 'failed_terminal', version: task.version + 1 });
    expect(driver.started).toEqual([]);
  });

  it('tells the second operator about the first one', async () => {
    const task = await storedRetryable();
    await work(clickOn(task, 'abandon', 'lin'));

    const { notices } = await deliver(clickOn(task, 'retry'));

    expect(notices).toEqual(silence.map(() => expect.stringContaining('lin was first and abandoned it.')));
    expect((await current(task)).version).toBe(4);
  });

  it('shows the trail if the modal could not be opened, and changes nothing', async () => {
    const task = await storedRetryable();

    const { notices } = await deliver(clickOn(task, 'audit'));

    expect(notices).toEqual(silence.map(() => expect.stringContaining('running → *retryable_failed*')));
    expect((await current(task)).version).toBe(3);
  });
});

describe('a click', () => {
  it('whose execution could not be started fails, and starts it on redelivery', async () => {
    const task = await storedRetryable();
    const click = clickOn(task, 'retry');
    const driver = driverFailing(1);

    await expect(work(click, driver)).rejects.toMatchObject({
      code: 'DRIVER_NOT_STARTED',
    });
    const notice = await work(click, driver);

    expect(notice).toBeUndefined();
    expect(driver.started).toEqual([{ taskId: task.taskId, generation: 2, worker: 'crm', waitSeconds: 0 }]);
  });

  it('that is redelivered after its execution has begun starts nothing', async () => {
    const task = await storedRetryable();
    const click = clickOn(task, 'retry');
    await work(click);
    const redriven = await current(task);
    await tasks.replace(redriven, runningTask(redriven));
    const driver = driverFailing();

    const notice = await work(click, driver);

    expect([notice, driver.started]).toEqual([undefined, []]);
  });

  it.each(['retry', 'abandon', 'cancel'] as const)(
    'that would %s a running task does nothing',
    async (action) => {
      const task = await storedTask(runningTask);

      const notice = await work(clickOn(task, action));

      expect(notice).toContain('The present state does not allow it. It is now *⚙️ Running* (version 2).');
      expect((await current(task)).version).toBe(2);
    },
  );

  it.each(['retry', 'audit'] as const)('that would %s a missing task reports that', async (action) => {
    const click = clickOn(queuedTask('crm.sync', 'never stored'), action);

    expect(await work(click)).toContain('there is no task');
  });

  it.each(['retry', 'abandon', 'cancel', 'audit'] as const)(
    'that would %s a damaged task reports the damage, and changes and starts nothing',
    async (action) => {
      const task = await storedRetryable();
      const Item = { ...toItem(task), history: 'S3CRET' };
      await dynamoDb.client.send(new PutCommand({ TableName: TABLE_NAMES.tasks, Item }));
      const driver = driverFailing();

      const notice = await work(clickOn(task, action), driver);

      expect(notice).toMatch(
        new RegExp(
          `did nothing: task \`${task.taskId}\` is damaged .+ history: expected a value of type array$`,
        ),
      );
      const Key = { taskId: task.taskId };
      const { Item: after } = await dynamoDb.client.send(
        new GetCommand({ TableName: TABLE_NAMES.tasks, Key, ConsistentRead: true }),
      );
      expect([after, driver.started]).toEqual([Item, []]);
    },
  );

  it('of ten people at once makes one transition and nine notices', async () => {
    const task = await storedRetryable();
    const clicks = Array.from({ length: 10 }, (_, index) =>
      clickOn(task, index % 2 === 0 ? 'retry' : 'abandon', `person${index}`),
    );

    const notices = await Promise.all(clicks.map((click) => work(click)));

    expect(notices.filter((notice) => notice === undefined)).toHaveLength(1);
    const winner = clicks[notices.indexOf(undefined)]?.userName ?? '';
    expect(notices.filter((notice) => notice?.includes(`${winner} was first`) === true)).toHaveLength(9);
    expect((await current(task)).version).toBe(4);
  });
});
