/**
 * Two releases run side by side: this release reads records of an imagined next one. Each reader keeps unknown values, shows them and
 * counts them separately. No record is parked, ended or changed, and no gauge or counter of an alarm changes.
 */
import { marshall } from '@aws-sdk/util-dynamodb';
import { GetCommand, PutCommand } from '@aws-sdk/lib-dynamodb';
import type { DynamoDBRecord } from 'aws-lambda';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { DynamoDbAuditRepo } from '../../../lambdas/queue/adapters/dynamodb/audit-repo.ts';
import { streamedTransitionsOf } from '../../../lambdas/queue/adapters/dynamodb/stream-record.ts';
import { fromItem, toItem } from '../../../lambdas/queue/adapters/dynamodb/task-item.ts';
import { DynamoDbTaskWalker } from '../../../lambdas/queue/adapters/dynamodb/task-walker.ts';
import { transitionedOf } from '../../../lambdas/queue/adapters/event-publisher.ts';
import { auditViewSchema, taskPageSchema, taskViewSchema } from '../../../lambdas/queue/contracts/api.ts';
import { problemSchema } from '../../../lambdas/queue/contracts/api-problem.ts';
import { executionTransitionedSchema } from '../../../lambdas/queue/contracts/events.ts';
import { auditRecordSchema } from '../../../lambdas/queue/contracts/records.ts';
import type { SweepReport } from '../../../lambdas/queue/domain/recovery/recover-stale.ts';
import { mustKnow } from '../../../lambdas/queue/domain/task/foreign.ts';
import type { StoredItem } from '../../../lambdas/shared/domain/stored-items.ts';
import { auditModal } from '../../../lambdas/slack/adapters/audit-modal.ts';
import { renderCard } from '../../../lambdas/slack/adapters/card-blocks.ts';
import { createFigureSource } from '../../../lambdas/slack/adapters/dynamodb/figure-source.ts';
import { answerCommand } from '../../../lambdas/slack/domain/answer-command.ts';
import { commandAnswer } from '../../../lambdas/slack/adapters/command-answer.ts';
import { parseCommand } from '../../../lambdas/slack/domain/command-parse.ts';
import { live } from '../../../tools/cli/commands/live-command.ts';
import { audit as auditCommand, show } from '../../../tools/cli/commands/queue-commands.ts';
import { readKpiRecords } from '../../../tools/kpi/kpi-source.ts';
import { reportKpis } from '../../../lambdas/queue/domain/kpi/kpi.ts';
import { TABLE_NAMES } from '../../../tools/rig/aws/dynamodb-server.ts';
import { FakeClock, START_MS } from '../../../tools/rig/fake-clock.ts';
import { type CommandsUnderTest, startCommands } from '../../helpers/cli/commands-under-test.ts';
import { type QueueStore, queueStore } from '../../helpers/queue-store.ts';
import {
  COUNTED_APART,
  FOREIGN_TASKS,
  LATER_MS,
  QUOTE_ID,
  taskIdOf,
  UNMOVABLE,
} from '../../helpers/foreign-tasks.ts';

const imageOf = (item: StoredItem): DynamoDBRecord =>
  // oxlint-disable-next-line typescript/no-unsafe-type-assertion -- two packages describe the same wire form
  ({ eventName: 'MODIFY', dynamodb: { NewImage: marshall(item) } }) as DynamoDBRecord;

let commands: CommandsUnderTest;
let store: QueueStore;
let audit: DynamoDbAuditRepo;

const put = (item: StoredItem) =>
  commands.dynamoDb.client.send(new PutCommand({ TableName: TABLE_NAMES.tasks, Item: item }));
const storedItem = async (taskId: string) =>
  (await commands.dynamoDb.client.send(new GetCommand({ TableName: TABLE_NAMES.tasks, Key: { taskId } })))
    .Item;

/** The whole trail, as the stream publishes it version by version. */
const published = (item: StoredItem) =>
  Array.from({ length: Number(item['version']) }, (_, index) =>
    streamedTransitionsOf(imageOf({ ...item, version: index + 1 })),
  ).flat();

beforeAll(async () => {
  commands = await startCommands();
  const { client } = commands.dynamoDb;
  store = queueStore(client, new FakeClock(LATER_MS));
  audit = new DynamoDbAuditRepo(client, TABLE_NAMES.audit);
  for (const [, { item }] of FOREIGN_TASKS) {
    await put(item);
    for (const { record } of published(item)) await audit.append(record);
  }
});
afterAll(() => commands.stop());

describe.each(FOREIGN_TASKS)('a record with a %s of the next release', (name, foreign) => {
  const { item, word, isMovable } = foreign;
  const taskId = taskIdOf(foreign);

  it('is published unchanged and counted separately', () => {
    const [transition] = streamedTransitionsOf(imageOf(item));
    const newest: unknown = Array.isArray(item['history']) ? item['history'].at(-1) : undefined;

    expect(transition?.record).toMatchObject({ ...Object(newest), kind: item['kind'] });
    expect(auditRecordSchema.safeParse(transition?.record).success).toBe(true);
    const names = (transition?.metrics ?? []).filter(({ value }) => value > 0).map((metric) => metric.name);
    expect(names).toEqual(name === 'field' ? ['queue_actions_total'] : ['foreign_records']);
  });

  it('is sent to the bus in the usual form of events', () => {
    const [transition] = streamedTransitionsOf(imageOf(item));
    if (transition === undefined) throw new RangeError('expected a transition');

    const event = transitionedOf(transition.record);

    expect(executionTransitionedSchema.parse(event)).toEqual(event);
    expect(event).toMatchObject({ taskId, kind: item['kind'] });
  });

  it('is shown by the API, without commands for unknown states', async () => {
    const { status, body } = await commands.get(`/actions/${taskId}`);

    const view = taskViewSchema.parse(body);
    expect(status).toBe(200);
    expect(view).toMatchObject({ kind: item['kind'], state: item['state'] });
    expect(view.links.retry !== undefined).toBe(isMovable);
  });

  it('has a complete trail without damage', async () => {
    const { body } = await commands.get(`/actions/${taskId}/audit`);

    const trail = auditViewSchema.parse(body);
    expect(trail).toMatchObject({ gaps: [], version: item['version'] });
    expect([trail.damaged, trail.taskDamage]).toEqual([undefined, undefined]);
  });

  it('is shown on the command line', async () => {
    const shown = await commands.run(() => show(taskId, commands.target));
    const trail = await commands.run(() => auditCommand(taskId, commands.target));

    expect([shown.error, trail.error]).toEqual([undefined, undefined]);
    expect(shown.output + trail.output).toContain(word);
    expect(trail.output).not.toContain('cannot be read');
  });

  it('has a card and a trail in Slack, with buttons only if this release may move it', () => {
    const task = fromItem(item);

    const card = JSON.stringify(renderCard(task));
    const modal = JSON.stringify(auditModal(task, task.history));

    expect(card + modal).toContain(word);
    expect(card.includes('quoteq_retry')).toBe(isMovable);
    expect(card.includes('A newer release wrote this action')).toBe(!isMovable);
  });

  it('is read completely: a copy has every field', () => {
    expect(toItem({ ...mustKnow({ ...fromItem(item), kind: 'crm.sync', state: 'queued' }) })).toMatchObject({
      ...item,
      kind: 'crm.sync',
      state: 'queued',
      dueShard: expect.any(String),
    });
  });
});

describe.each(UNMOVABLE)('a task of the next release: %s', (_name, foreign) => {
  const taskId = taskIdOf(foreign);
  const version = Number(foreign.item['version']);

  it.each(['retry', 'abandon', 'cancel'] as const)('refuses %s and does not change', async (action) => {
    const before = await storedItem(taskId);

    const { body } = await commands.post(`/actions/${taskId}/${action}`, { 'if-match': `"${version}"` });

    expect(problemSchema.parse(body)).toMatchObject({
      status: 409,
      code: 'ILLEGAL_TRANSITION',
      detail: expect.stringContaining('a newer release wrote it'),
    });
    expect(await storedItem(taskId)).toEqual(before);
  });

  it('is not claimed, and its execution waits for a worker that knows it', async () => {
    const before = await storedItem(taskId);

    const claim = await store.queue.claim(taskId, 1, `${taskId}-1`, 'crm');
    const lost = await store.queue.recordLostWorker({ taskId, generation: 1 }, 'lost');

    expect([claim.kind, lost.kind]).toEqual(['wait', 'wait']);
    expect(await storedItem(taskId)).toEqual(before);
  });
});

describe('the sweep beside the next release', () => {
  it('ignores its tasks and counts none of them as stuck or overdue', async () => {
    for (const [, foreign] of FOREIGN_TASKS.filter(([, { isMovable }]) => isMovable)) {
      await put({ ...foreign.item, dueAtMs: LATER_MS + 1 });
    }
    const before = await commands.everything();
    let report: SweepReport | undefined;

    const recovered = await store.queue.recoverStale(LATER_MS, { onReport: (found) => (report = found) });

    expect(recovered).toEqual([]);
    expect(report).toMatchObject({ lookedAt: UNMOVABLE.length, stuck: 0, oldestAgeMs: 0, failures: [] });
    expect(store.started).toEqual([]);
    expect(await commands.everything()).toBe(before);
    for (const [, foreign] of FOREIGN_TASKS) await put(foreign.item);
  });

  it('checks their trails like those of every task', async () => {
    const { tasks, unreadable } = await new DynamoDbTaskWalker(
      commands.dynamoDb.client,
      TABLE_NAMES.tasks,
    ).pageTasks(100);

    expect(unreadable).toEqual([]);
    expect(tasks.map(({ taskId }) => taskId).toSorted()).toEqual(
      FOREIGN_TASKS.map(([, foreign]) => taskIdOf(foreign)).toSorted(),
    );
  });
});

describe('listings beside the next release', () => {
  it('contain every task and call none damaged', async () => {
    const page = taskPageSchema.parse((await commands.get(`/quotes/${QUOTE_ID}/actions?limit=100`)).body);

    expect(page.damaged).toBeUndefined();
    expect(page.tasks).toHaveLength(FOREIGN_TASKS.length);
  });

  it.each(['Q-1001', 'stuck'])('name them all in /quoteq %s', async (text) => {
    const { client } = commands.dynamoDb;
    const figures = createFigureSource(client, TABLE_NAMES.cards, TABLE_NAMES.audit);
    const options = { queue: store.tasks, figures, nowMs: LATER_MS };

    const answer = JSON.stringify(commandAnswer(await answerCommand(options, parseCommand(text)), '/quoteq'));

    expect(FOREIGN_TASKS.filter(([, foreign]) => !answer.includes(taskIdOf(foreign)))).toEqual([]);
    expect(answer).not.toContain('damaged');
  });

  it('name them on the command line', async () => {
    const { output, error } = await commands.run(() => live(commands.stage));

    expect(error).toBeUndefined();
    expect(output).toContain('awaiting_approval (unknown)');
    expect(output).not.toContain('cannot be read');
  });
});

describe('the KPIs beside the next release', () => {
  it('count its actions separately and exclude no record', async () => {
    const window = { sinceMs: START_MS - 1, nowMs: LATER_MS };
    const tables = { auditTable: TABLE_NAMES.audit, cardsTable: TABLE_NAMES.cards };

    const { counts, leftOut } = reportKpis(
      await readKpiRecords(commands.dynamoDb.client, tables, window),
      window,
    );

    expect(leftOut).toEqual([]);
    expect(counts).toMatchObject({ foreign: COUNTED_APART.length, enqueued: 1, failed: 0, duplicates: 0 });
  });
});
