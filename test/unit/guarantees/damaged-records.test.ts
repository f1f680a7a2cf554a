/**
 * Audit records, cards, latencies and pauses with one damaged field: other records are shown, damaged ones are named, and no read writes.
 */
import { DeleteCommand, GetCommand, PutCommand } from '@aws-sdk/lib-dynamodb';
import { afterAll, beforeAll, expect, it } from 'vitest';
import { createFigureSource } from '../../../lambdas/slack/adapters/dynamodb/figure-source.ts';
import { DynamoDbPauseRepo } from '../../../lambdas/queue/adapters/dynamodb/pause-repo.ts';
import { readFigures } from '../../../lambdas/slack/domain/figures.ts';
import { kpiAnswer as slackAnswer } from '../../../lambdas/slack/adapters/command-answer.ts';
import { ActionKind } from '../../../lambdas/actions/kinds.ts';
import { kindListSchema } from '../../../lambdas/queue/contracts/api-kinds.ts';
import { auditViewSchema, taskViewSchema } from '../../../lambdas/queue/contracts/api.ts';
import { problemSchema } from '../../../lambdas/queue/contracts/api-problem.ts';
import { cardRecordSchema } from '../../../lambdas/queue/contracts/shown-cards.ts';
import { auditRecordSchema } from '../../../lambdas/queue/contracts/records.ts';
import type { StoredItem } from '../../../lambdas/shared/domain/stored-items.ts';
import type { ShapeName } from '../../../lambdas/queue/domain/migrations/shapes.ts';
import { queueServiceOf, unstarted } from '../../helpers/queue-service.ts';
import { kpiAnswer } from '../../../tools/cli/commands/kpi-command.ts';
import { kinds } from '../../../tools/cli/commands/kind-commands.ts';
import { audit as auditCommand } from '../../../tools/cli/commands/queue-commands.ts';
import { queuedTask } from '../../helpers/builders.ts';
import { type CommandsUnderTest, startCommands } from '../../helpers/cli/commands-under-test.ts';
import { damagedCopies, SECRET } from '../../helpers/damage.ts';
import { TABLE_NAMES } from '../../../tools/rig/aws/dynamodb-server.ts';
import { FakeClock, START_MS } from '../../../tools/rig/fake-clock.ts';
import { recordedItems } from '../../helpers/fixtures.ts';

const LATER_MS = START_MS + 3_600_000;

let commands: CommandsUnderTest;
beforeAll(async () => {
  commands = await startCommands();
  for (const item of recordedItems('tasks', 2)) await put('tasks', item);
  for (const item of recordedItems('audit', 2)) await put('audit', item);
  for (const item of recordedItems('cards', 2)) await put('cards', item);
  for (const item of recordedItems('controls', 2)) await put('controls', item);
});
afterAll(() => commands.stop());

const put = (shape: ShapeName, Item: StoredItem) =>
  commands.dynamoDb.client.send(new PutCommand({ TableName: TABLE_NAMES[shape], Item }));

const stored = async (shape: ShapeName, item: StoredItem, keys: readonly string[]) =>
  (
    await commands.dynamoDb.client.send(
      new GetCommand({
        TableName: TABLE_NAMES[shape],
        Key: Object.fromEntries(keys.slice(0, KEY_LENGTHS[shape]).map((name) => [name, item[name]])),
        ConsistentRead: true,
      }),
    )
  ).Item;
/** Number of key fields of a table; the fields after them are keys of an index. */
const KEY_LENGTHS: Partial<Record<ShapeName, number>> = { audit: 2, cards: 1, controls: 1 };

/** Fields that an earlier item of the table has tested with all replacements, since a field is checked equally in all items. */
const seen = new Map<ShapeName, Set<string>>();

/** Replaces an item by each damaged copy, checks, and restores the item; returns the number of copies that the store accepted. */
async function damagedOneByOne(
  shape: ShapeName,
  item: StoredItem,
  keys: readonly string[],
  look: (damage: string, copy: StoredItem) => Promise<void>,
): Promise<number> {
  const pristine = await commands.everything();
  const shown = seen.get(shape) ?? new Set();
  seen.set(shape, shown);
  let tried = 0;
  for (const copy of damagedCopies(item, keys, shown)) {
    try {
      await put(shape, copy.item);
    } catch (thrown) {
      // The store itself rejects an index key of another type.
      if (thrown instanceof Error && thrown.name === 'ValidationException') continue;
      throw thrown;
    }
    tried += 1;
    const before = await stored(shape, item, keys);
    await look(copy.damage, copy.item);
    expect([copy.damage, await stored(shape, item, keys)]).toEqual([copy.damage, before]);
  }
  await put(shape, item);
  expect(await commands.everything()).toBe(pristine);
  return tried;
}

const trailIds = [...Map.groupBy(recordedItems('audit', 2), ({ taskId }) => String(taskId))];
const [longest] = trailIds.toSorted(([, a], [, b]) => b.length - a.length);
const figuresOf = ({ dynamoDb: { client } }: CommandsUnderTest) =>
  readFigures(createFigureSource(client, TABLE_NAMES.cards, TABLE_NAMES.audit), LATER_MS);
const kpis = () =>
  commands.run(async () => {
    const { text } = await kpiAnswer({ ...commands.stage, since: '7d' }, LATER_MS);
    process.stdout.write(text);
  });

it('a damaged audit record is named, the others are shown, and the figures tell what they exclude', async () => {
  const [taskId = '', trail = []] = longest ?? [];
  const [, record] = trail.toSorted((a, b) => Number(a['version']) - Number(b['version']));
  if (record === undefined) throw new RangeError('audit: expected a trail of two');
  const others = trail.map(({ version }) => version).filter((version) => version !== record['version']);
  let named = 0;

  const tried = await damagedOneByOne('audit', record, ['taskId', 'version'], async (damage, copy) => {
    const { status, body } = await commands.get(`/actions/${taskId}/audit`);
    const view = auditViewSchema.parse(body);
    const isDamaged = !auditRecordSchema.safeParse(copy).success;

    expect([damage, status, view.gaps]).toEqual([damage, 200, []]);
    expect(view.records.map(({ version }) => version)).toEqual(expect.arrayContaining(others));
    expect([damage, view.damaged?.map(({ version }) => version)]).toEqual([
      damage,
      isDamaged ? [record['version']] : undefined,
    ]);
    named += isDamaged ? 1 : 0;
  });

  for (const over of [{ to: SECRET }, { cause: null }, { atMs: 'noon' }, { schemaVersion: 3 }]) {
    await put('audit', { ...record, ...over });
    const id = `${taskId} version ${String(record['version'])}`;
    expect((await kpis()).output).toMatch(/^Left out: 1 record that cannot be read\n.+ cannot be read: /m);
    expect((await kpis()).output).toContain(id);
    const { output } = await commands.run(() => auditCommand(taskId, commands.target));
    expect(output).toContain(`version ${String(record['version'])} cannot be read: `);
  }
  await put('audit', record);

  expect(tried).toBeGreaterThan(100);
  expect(named).toBeGreaterThan(70);
});

it.each(
  recordedItems('cards', 2)
    .filter(({ shownDay }) => shownDay === undefined)
    .map((item) => [item]),
)('a damaged card does not hide its task, and commands do not write to the card', async (card) => {
  let named = 0;

  const tried = await damagedOneByOne('cards', card, ['cardId'], async (damage, copy) => {
    const { status, body } = await commands.get(`/actions/${String(card['taskId'])}`);

    const view = taskViewSchema.safeParse(body);
    expect([damage, status, view.error]).toEqual([damage, 200, undefined]);
    const shown = view.data?.card;
    const isDamaged = !cardRecordSchema.safeParse(copy).success;
    expect([damage, shown?.damage !== undefined]).toEqual([damage, isDamaged]);
    expect([damage, shown?.errorCode === 'STORED_RECORD_INVALID']).toEqual([damage, isDamaged]);
    named += isDamaged ? 1 : 0;
    expect(shown?.damage?.replaceAll(`${SECRET}: expected`, '') ?? '').not.toContain(SECRET);
  });

  expect(tried).toBeGreaterThan(20);
  expect(named).toBeGreaterThan(15);
});

it('the trail of a damaged task is shown and tells what is wrong with the task', async () => {
  const [taskId = '', trail = []] = longest ?? [];
  const [task] = recordedItems('tasks', 2).filter((item) => item['taskId'] === taskId);
  if (task === undefined) throw new RangeError('tasks: expected the one of the trail');
  await put('tasks', { ...task, history: SECRET });
  const taskDamage = 'Task item: history: expected a value of type array';

  const { status, body } = await commands.get(`/actions/${taskId}/audit`);
  let exitCode: unknown;
  const { output } = await commands.run(async () => {
    await auditCommand(taskId, commands.target);
    ({ exitCode } = process);
  });
  await put('tasks', task);

  const newest = Math.max(...trail.map(({ version }) => Number(version)));
  expect([status, body]).toMatchObject([200, { taskId, taskDamage, version: newest, gaps: [] }]);
  expect(auditViewSchema.parse(body).records).toHaveLength(trail.length);
  expect(output).toContain(`${taskId} itself cannot be read: ${taskDamage}`);
  expect(exitCode).toBe(1);
});

it('a damaged task without a trail is refused with the names of its wrong fields', async () => {
  const taskId = `task-${'7'.repeat(40)}`;
  const [task = {}] = recordedItems('tasks', 2);
  const before = await commands.everything();
  await put('tasks', { ...task, taskId, history: SECRET });

  const { body } = await commands.get(`/actions/${taskId}/audit`);
  await commands.dynamoDb.client.send(new DeleteCommand({ TableName: TABLE_NAMES.tasks, Key: { taskId } }));

  expect(problemSchema.parse(body)).toMatchObject({ status: 500, code: 'STORED_RECORD_INVALID' });
  expect(await commands.everything()).toBe(before);
});

it('a damaged latency is not counted, is named, and does not change the other figures', async () => {
  const [latency] = recordedItems('cards', 2).filter(({ shownDay }) => shownDay !== undefined);
  if (latency === undefined) throw new RangeError('cards: expected a latency');
  const { counts } = await figuresOf(commands);

  const tried = await damagedOneByOne('cards', latency, ['cardId', 'shownDay'], async (damage, copy) => {
    const figures = await figuresOf(commands);

    const isNamed = JSON.stringify(slackAnswer(figures)).includes(String(latency['cardId']));
    // Without its time a latency is not in the index.
    const expected = copy['shownAtMs'] === undefined ? 1 : figures.leftOut.length;
    const left = counts.latencies - figures.counts.latencies;
    expect([damage, figures.counts.enqueued, left]).toEqual([damage, counts.enqueued, expected]);
    expect([damage, isNamed]).toEqual([damage, figures.leftOut.length > 0]);
  });

  expect(tried).toBeGreaterThan(30);
  expect((await kpis()).output).not.toContain('Left out');
});

it('a latency that contradicts its times is excluded and named', async () => {
  const [latency] = recordedItems('cards', 2).filter(({ shownDay }) => shownDay !== undefined);
  if (latency === undefined) throw new RangeError('cards: expected a latency');
  await put('cards', { ...latency, latencyMs: Number(latency['latencyMs']) + 86_400_000 });

  const { leftOut } = await figuresOf(commands);
  await put('cards', latency);

  expect(leftOut).toEqual([
    {
      id: latency['cardId'],
      detail: 'Latency item: latencyMs: expected shownAtMs - transitionAtMs, at least 0',
    },
  ]);
});

const claimWith = (pauses: DynamoDbPauseRepo, task: ReturnType<typeof queuedTask>) =>
  queueServiceOf({
    queue: {
      get: () => Promise.resolve(task),
      replace: (_before, next) => Promise.resolve({ kind: 'stored', task: next }),
      putIfAbsent: unused,
      listByQuote: unused,
      pageDue: unused,
      listDue: unused,
      listHeld: unused,
    },
    driver: unstarted,
    pauses,
    clock: new FakeClock(),
  }).claim(task.taskId, 1, `${task.taskId}-1`);
const unused = (): Promise<never> => Promise.reject(new Error('expected no such call'));

it.each(recordedItems('controls', 2).map((item) => [item['kind'], item] as const))(
  'a damaged pause of %s hides no other kind, and no action of its kind starts',
  async (kind, pause) => {
    const pauses = new DynamoDbPauseRepo(commands.dynamoDb.client, TABLE_NAMES.controls);
    const known = Object.values(ActionKind).find((candidate) => candidate === kind) ?? ActionKind.CrmSync;
    let named = 0;

    const tried = await damagedOneByOne('controls', pause, ['controlId'], async (damage) => {
      const { status, body } = await commands.get('/kinds');
      const view = kindListSchema.parse(body).kinds;
      const found = view.find((candidate) => candidate.kind === kind);

      expect([damage, status, view.map((each) => each.kind)]).toEqual([
        damage,
        200,
        Object.values(ActionKind),
      ]);
      expect(view.filter((each) => each.kind !== kind && each.damage !== undefined)).toEqual([]);
      expect([damage, (await claimWith(pauses, queuedTask(known))).kind]).toEqual([
        damage,
        found?.paused === true ? 'held' : 'granted',
      ]);
      named += found?.damage === undefined ? 0 : 1;
    });
    await put('controls', { ...pause, sinceMs: SECRET });
    let exitCode: unknown;
    const { output } = await commands.run(async () => {
      await kinds(commands.target);
      ({ exitCode } = process);
    });
    const answer = await commands.post(`/kinds/${known}/resume`, {});
    await put('controls', pause);

    expect(output).toMatch(new RegExp(`${known} +damaged .* its pause cannot be read: `));
    expect(exitCode).toBe(1);
    expect(problemSchema.parse(answer.body)).toMatchObject({ status: 500, code: 'STORED_RECORD_INVALID' });
    expect(tried).toBeGreaterThan(20);
    expect(named).toBeGreaterThan(0.5 * tried);
  },
);
