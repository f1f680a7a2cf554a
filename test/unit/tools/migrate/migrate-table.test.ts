/** Migrations of a table in use: thousands of items on a real engine, with concurrent changes and failures. */
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, beforeEach, describe, expect, it } from 'vitest';
import { fromItem } from '../../../../lambdas/queue/adapters/dynamodb/task-item.ts';
import { DynamoDbTaskRepo } from '../../../../lambdas/queue/adapters/dynamodb/task-repo.ts';
import type { ExecutionTask } from '../../../../lambdas/queue/contracts/records.ts';
import type { StoredItem } from '../../../../lambdas/shared/domain/stored-items.ts';
import { redriven } from '../../../../lambdas/queue/domain/task/transitions.ts';
import { migrateTable, type MigrationOptions } from '../../../../tools/migrate/migrate-table.ts';
import { placeFile, type PlaceKeeper } from '../../../../tools/migrate/place-file.ts';
import { taskItemV1 } from '../../../fixtures/v1/schema.ts';
import { contextAt } from '../../../helpers/builders.ts';
import {
  type DynamoDbServer,
  startDynamoDb,
  TABLE_NAMES,
} from '../../../../tools/rig/aws/dynamodb-server.ts';
import { FakeClock, START_MS } from '../../../../tools/rig/fake-clock.ts';
import {
  manyTasks,
  removeTasks,
  storedTasks,
  storeTasks,
  versionsOf,
} from '../../../helpers/stored-tasks.ts';
import { mustKnow } from '../../../../lambdas/queue/domain/task/foreign.ts';

let dynamoDb: DynamoDbServer;
let dir: string;
let place: PlaceKeeper;
let clock: FakeClock;

beforeAll(async () => {
  dynamoDb = await startDynamoDb();
  dir = mkdtempSync(join(tmpdir(), 'quoteq-migrate-'));
});
beforeEach(() => {
  place = placeFile(join(dir, 'place.json'), 'table-1');
  place.keep(undefined);
  clock = new FakeClock();
});
afterAll(async () => {
  rmSync(dir, { recursive: true, force: true });
  await dynamoDb.stop();
});

/** Items per page, and per second of the test clock. */
const PAGE = 20;

const run = (over: Partial<MigrationOptions> = {}) =>
  migrateTable({
    client: dynamoDb.client,
    tableName: TABLE_NAMES.tasks,
    direction: 'down',
    to: 1,
    dryRun: false,
    itemsPerSecond: PAGE,
    clock,
    place,
    onChange: () => undefined,
    onPage: () => undefined,
    ...over,
  });

const stored = (): Promise<ReadonlyMap<string, StoredItem>> => storedTasks(dynamoDb.client);
const byId = (items: readonly StoredItem[]) => new Map(items.map((item) => [String(item['taskId']), item]));

const emptied = async (): Promise<void> => {
  const items = [...(await stored()).values()];
  await removeTasks(dynamoDb.client, items);
};

describe('migrateTable on thousands of items', () => {
  const MANY = 2_000;
  const items = manyTasks(MANY, 2);

  beforeAll(() => storeTasks(dynamoDb.client, items));
  afterAll(emptied);

  it(
    'keeps every transition of tasks that change during the migration, and migrates them again',
    { timeout: 600_000 },
    async () => {
      const repo = new DynamoDbTaskRepo(dynamoDb.client, TABLE_NAMES.tasks);
      const moved = new Map<string, ExecutionTask>();
      const moveOn = async (taskId: string): Promise<void> => {
        const found = await repo.get(taskId);
        if (found === undefined || found.state !== 'queued') return;
        const task = mustKnow(found);
        const written = await repo.replace(task, redriven(task, 'operator_retry', contextAt(clock.nowMs())));
        if (written.kind === 'stored') moved.set(taskId, written.task);
      };
      const writer = (async () => {
        for (const taskId of byId(items).keys()) await moveOn(taskId);
      })();

      const counts = await run({ itemsPerSecond: 1_000 });
      await writer;
      const last = await run();

      const after = await stored();
      const lost = [...moved].filter(([taskId, task]) => {
        const item = after.get(taskId);
        return item === undefined || fromItem(item).version !== task.version;
      });
      expect(moved.size).toBeGreaterThan(0);
      expect(lost).toEqual([]);
      expect(counts.refused).toEqual([]);
      expect(last.left).toBe(0);
      expect(versionsOf(after)).toEqual({ v1: MANY });
      expect([...after.values()].filter((item) => !taskItemV1.safeParse(item).success)).toEqual([]);
    },
  );
});

describe('migrateTable', () => {
  const COUNT = 180;
  const items = manyTasks(COUNT, 2);

  beforeEach(() => storeTasks(dynamoDb.client, items));

  it('migrates items down to a valid version 1 and back unchanged', async () => {
    const down = await run();
    const lower = await stored();
    const up = await run({ direction: 'up', to: 2 });

    expect(down).toMatchObject({ read: COUNT, changed: COUNT, moved: 0, refused: [], left: 0, passes: 2 });
    expect([...lower.values()].filter((item) => !taskItemV1.safeParse(item).success)).toEqual([]);
    expect(up).toMatchObject({ changed: COUNT, left: 0 });
    expect(await stored()).toEqual(byId(items));
  });

  it('changes nothing when it is run again', async () => {
    await run();
    const before = await stored();

    expect(await run()).toMatchObject({ read: COUNT, changed: 0, passes: 1 });
    expect(await stored()).toEqual(before);
  });

  it('only counts changes in a dry run, without storing its position', async () => {
    const told: unknown[] = [];

    const counts = await run({ dryRun: true, onChange: (_before, after) => told.push(after['taskId']) });

    expect(counts).toMatchObject({ read: COUNT, changed: COUNT, left: 0, passes: 1 });
    expect(new Set(told).size).toBe(COUNT);
    expect(place.last()).toBeUndefined();
    expect(await stored()).toEqual(byId(items));
  });

  it('reads at most the given number of items per second', async () => {
    await run({ itemsPerSecond: 50 });

    // Two passes at 50 items a second; there is no wait after the last page of each.
    expect(clock.nowMs() - START_MS).toBe(2 * 1_000 * ((COUNT - 30) / 50));
  });

  it('continues where a run was interrupted, and then reads the earlier part too', async () => {
    const broken = new Error('the network is gone');
    const firstRun = run({
      onPage: (read) => {
        if (read >= 60) throw broken;
      },
    });
    await expect(firstRun).rejects.toBe(broken);
    const half = versionsOf(await stored());
    const reads: number[] = [];

    const counts = await run({ onPage: (read) => reads.push(read) });

    expect(half).toEqual({ v1: 60, v2: COUNT - 60 });
    expect(reads.slice(0, 6).at(-1)).toBe(COUNT - 60);
    expect(counts).toMatchObject({ read: COUNT, changed: COUNT - 60, left: 0, passes: 2 });
    expect(versionsOf(await stored())).toEqual({ v1: COUNT });
  });

  it('does not continue the run on another table of the same name', async () => {
    place.keep({ taskId: items.at(-1)?.['taskId'] });

    const other = placeFile(join(dir, 'place.json'), 'table-2');

    expect(place.last()).toBeDefined();
    expect(other.last()).toBeUndefined();
  });

  it('reads an item again if it changed between read and write', async () => {
    const repo = new DynamoDbTaskRepo(dynamoDb.client, TABLE_NAMES.tasks);
    const [queued] = items.filter(({ state, hold }) => state === 'queued' && hold === undefined);
    const task = mustKnow(fromItem({ ...queued }));
    const next = redriven(task, 'operator_retry', contextAt());
    // The page still shows the task before its transition.
    const stale: typeof dynamoDb.client.send = dynamoDb.client.send.bind(dynamoDb.client);
    const client = Object.create(dynamoDb.client, {
      send: {
        value: async (command: Parameters<typeof stale>[0]) => {
          const answer = await stale(command);
          if (command.constructor.name === 'ScanCommand') await repo.replace(task, next);
          return answer;
        },
      },
    });

    const counts = await run({ client });

    const after = (await stored()).get(task.taskId) ?? {};
    expect(counts).toMatchObject({ changed: COUNT, moved: 1, left: 0 });
    expect(after['schemaVersion']).toBe(1);
    expect(fromItem(after)).toEqual(next);
  });

  it('skips and names items that it cannot migrate, and migrates the rest', async () => {
    const [first, second] = items;
    const broken: StoredItem = { ...first, state: 'not a state' };
    const later: StoredItem = { ...second, schemaVersion: 3 };
    await storeTasks(dynamoDb.client, [broken, later]);

    const { refused, changed } = await run();

    expect(changed).toBe(COUNT - 2);
    expect(refused).toHaveLength(2);
    expect(refused.find(({ taskId }) => taskId === broken['taskId'])?.reason).toContain('state');
    expect(refused.find(({ taskId }) => taskId === later['taskId'])?.reason).toContain(
      'expected at most 2 (tasks), got 3',
    );
    expect((await stored()).get(String(broken['taskId']))).toEqual(broken);
  });

  it('reports that other code keeps writing the other version', async () => {
    const PAGES = COUNT / PAGE;
    let page = 0;
    const counts = await run({
      onPage: () => {
        page += 1;
      },
      client: Object.create(dynamoDb.client, {
        send: {
          value: async (command: Parameters<typeof dynamoDb.client.send>[0]) => {
            if (command.constructor.name === 'ScanCommand' && page % PAGES === 0)
              await storeTasks(dynamoDb.client, items.slice(0, 5));
            return dynamoDb.client.send(command);
          },
        },
      }),
    });

    expect(counts).toMatchObject({ left: 5, passes: 5 });
  });
});
