/** Stored tasks with one damaged field: other tasks are shown, the damaged one is named, and no read writes. */
import { marshall } from '@aws-sdk/util-dynamodb';
import { BatchWriteCommand } from '@aws-sdk/lib-dynamodb';
import type { DynamoDBRecord } from 'aws-lambda';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { DynamoDbTaskRepo } from '../../../lambdas/queue/adapters/dynamodb/task-repo.ts';
import { streamedTransitionsOf } from '../../../lambdas/queue/adapters/dynamodb/stream-record.ts';
import { migratedTaskItem } from '../../../lambdas/queue/adapters/dynamodb/task-item.ts';
import { taskPageSchema, taskViewSchema } from '../../../lambdas/queue/contracts/api.ts';
import { problemSchema } from '../../../lambdas/queue/contracts/api-problem.ts';
import { isDamage } from '../../../lambdas/shared/domain/damaged-items.ts';
import type { StoredItem } from '../../../lambdas/shared/domain/stored-items.ts';
import { parseCommand } from '../../../lambdas/slack/domain/command-parse.ts';
import { commandAnswer } from '../../../lambdas/slack/adapters/command-answer.ts';
import { answerCommand } from '../../../lambdas/slack/domain/answer-command.ts';
import { live } from '../../../tools/cli/commands/live-command.ts';
import { operate } from '../../../tools/cli/commands/operator-commands.ts';
import { show, watch } from '../../../tools/cli/commands/queue-commands.ts';
import { type CommandsUnderTest, startCommands } from '../../helpers/cli/commands-under-test.ts';
import { damagedCopies, type DamagedCopy, SECRET } from '../../helpers/damage.ts';
import { TABLE_NAMES } from '../../../tools/rig/aws/dynamodb-server.ts';
import { recordedItems } from '../../helpers/fixtures.ts';

const QUOTE_ID = 'Q-damaged';
/** `/quoteq stuck` looks at 24 tasks: these and two healthy ones. */
const GROUP = 22;
/** The damaged tasks lie between these two; their recorded times are all later. */
const HEALTHY_IDS = ['first', 'last'] as const;

const idOf = (number: number): string => `task-${number.toString(16).padStart(40, '0')}`;
const firstState = (item: StoredItem): string =>
  `${String(item['state'])} ${item['hold'] === undefined ? '' : 'held'}`;

/** One recorded item of each state, with and without a hold; of version 1, one item that waits for its next attempt. */
const RECORDED = [2, 1].flatMap((version) => {
  const items = recordedItems('tasks', version).filter(
    ({ state }) => version === 2 || state === 'retryable_failed',
  );
  return [...Map.groupBy(items, firstState).values()].flatMap((group) => group.slice(0, 1));
});

const isIndexed = ({ quoteId, createdAtMs }: StoredItem) => quoteId === QUOTE_ID && createdAtMs !== undefined;

let commands: CommandsUnderTest;
let tasks: DynamoDbTaskRepo;

beforeAll(async () => {
  commands = await startCommands();
  tasks = new DynamoDbTaskRepo(commands.dynamoDb.client, TABLE_NAMES.tasks);
});
afterAll(() => commands.stop());

type Requests = NonNullable<ConstructorParameters<typeof BatchWriteCommand>[0]['RequestItems']>[string];
const write = (requests: Requests) =>
  commands.dynamoDb.client.send(new BatchWriteCommand({ RequestItems: { [TABLE_NAMES.tasks]: requests } }));

/** Puts items and returns those that are stored: the store itself rejects an index key of another type. */
async function stored(copies: readonly DamagedCopy[]): Promise<readonly DamagedCopy[]> {
  if (copies.length === 0) return [];
  try {
    await write(copies.map(({ item }) => ({ PutRequest: { Item: item } })));
    return copies;
  } catch (thrown) {
    if (!(thrown instanceof Error && thrown.name === 'ValidationException')) throw thrown;
    const half = Math.ceil(copies.length / 2);
    if (copies.length === 1) return [];
    return [...(await stored(copies.slice(0, half))), ...(await stored(copies.slice(half)))];
  }
}

const remove = (taskIds: readonly string[]) =>
  write(taskIds.map((taskId) => ({ DeleteRequest: { Key: { taskId } } })));

const healthyOf = (item: StoredItem): readonly StoredItem[] =>
  HEALTHY_IDS.map((_, index) => ({ ...item, taskId: idOf(index + 1), quoteId: QUOTE_ID }));

interface Page {
  readonly shown: ReadonlySet<string>;
  /** The damage of each item, by its id. */
  readonly named: ReadonlyMap<string, string>;
  readonly haveEnded: boolean;
}

async function listed(): Promise<Page> {
  const { body } = await commands.get(`/quotes/${QUOTE_ID}/actions?limit=100`);
  const { tasks: views, damaged = [] } = taskPageSchema.parse(body);
  return {
    shown: new Set(views.map(({ taskId }) => taskId)),
    named: new Map(damaged.map(({ taskId, detail }) => [taskId, detail])),
    haveEnded: views.every(({ state }) => state === 'completed' || state === 'failed_terminal'),
  };
}

/** The names of the false statements. */
const broken = (about: string, statements: Readonly<Record<string, boolean>>): readonly string[] =>
  Object.entries(statements).flatMap(([statement, holds]) => (holds ? [] : [`${about}: ${statement}`]));

/** Names of unknown fields may be shown. */
const tellsSecret = (detail: string): boolean =>
  detail.replaceAll(`${SECRET}: expected no such field`, '').includes(SECRET);

/** Flaws in the answers about one damaged task. */
async function flawsOf({ item, damage }: DamagedCopy, { shown, named }: Page): Promise<readonly string[]> {
  const taskId = String(item['taskId']);
  const { status, body } = await commands.get(`/actions/${taskId}`);
  const isListed = shown.has(taskId) || named.has(taskId);
  const flaws = broken(damage, {
    'listed once': !isIndexed(item) || shown.has(taskId) !== named.has(taskId),
  });
  if (status === 200) {
    return [...flaws, ...broken(damage, { 'read as a task': taskViewSchema.safeParse(body).success })];
  }
  const { code, detail } = problemSchema.parse(body);
  const statements = {
    'refused as damaged': status === 500 && code === 'STORED_RECORD_INVALID',
    'names what is wrong': /^Task item: |^schemaVersion: /.test(detail),
    'says the same in the list': !isListed || named.get(taskId) === detail,
    'tells nothing of what is stored': !tellsSecret(detail),
  };
  return [...flaws, ...broken(damage, statements)];
}

/** Flaws in the answers about a group of damaged tasks, and in the items afterwards. */
async function judge(
  healthy: readonly StoredItem[],
  group: readonly DamagedCopy[],
): Promise<readonly string[]> {
  const before = await commands.everything();
  const page = await listed();
  const flaws = await Promise.all(group.map((copy) => flawsOf(copy, page)));
  const neighbours = healthy.map(({ taskId }) => String(taskId));
  return [
    ...flaws.flat(),
    ...broken('the list', { 'shows the neighbours': neighbours.every((id) => page.shown.has(id)) }),
    ...(await flawsOfCommands(healthy, group, page)),
    ...broken('the tables', { 'are as before': (await commands.everything()) === before }),
  ];
}

const slack = async (text: string): Promise<string> =>
  JSON.stringify(
    commandAnswer(
      await answerCommand(
        {
          queue: tasks,
          figures: { latenciesOf: NOTHING, trailOf: NO_TRAIL },
          nowMs: Number.MAX_SAFE_INTEGER,
        },
        parseCommand(text),
      ),
      '/quoteq',
    ),
  );
const NOTHING = () => Promise.resolve({ found: [], damaged: [] });
const NO_TRAIL = () => Promise.resolve({ records: [], damaged: [] });
const output = async (command: () => Promise<unknown>) => (await commands.run(command)).output;

/** The answers of list commands, by name, for tasks like this one. */
async function listings({ dueAtMs, hold }: StoredItem, { haveEnded }: Page) {
  return {
    '/quoteq Q': await slack(QUOTE_ID),
    // A held task is not overdue.
    ...(dueAtMs !== undefined && hold === undefined && { '/quoteq stuck': await slack('stuck') }),
    ...(dueAtMs !== undefined && { live: await output(() => live(commands.stage)) }),
    ...(haveEnded && { watch: await output(() => watch(QUOTE_ID, commands.target)) }),
  };
}

/** The lines of an answer about unreadable tasks; JSON escapes its line ends. */
const damagedLines = (answer: string): readonly string[] =>
  answer.match(/cannot be read: .*?(?=\\n|"|\n|$)/g) ?? [];

/** Whether the index of due tasks has the damaged item: its damage is in another field. */
const isDueLike = (healthy: StoredItem, { item }: DamagedCopy): boolean =>
  item['dueShard'] === healthy['dueShard'] && item['dueAtMs'] === healthy['dueAtMs'];

/**
 * `/quoteq Q` and `watch` name each damaged task of the quote; `/quoteq stuck` and `live` name those in the index of due tasks. `watch`
 * does not print ids of other tasks.
 */
async function flawsOfCommands(
  healthy: readonly StoredItem[],
  group: readonly DamagedCopy[],
  page: Page,
): Promise<readonly string[]> {
  const [like = {}] = healthy;
  const neighbours = healthy.map(({ taskId }) => String(taskId));
  const ofQuote = [...page.named.keys()];
  const due = group
    .filter((copy) => isDueLike(like, copy))
    .map(({ item }) => String(item['taskId']))
    .filter((taskId) => page.named.has(taskId));
  const isNamed = (name: string, answer: string): boolean => {
    const has = (taskId: string) => answer.includes(taskId);
    return (/Q|watch/.test(name) ? ofQuote : due).every(has);
  };
  return Object.entries(await listings(like, page)).flatMap(([name, answer]) =>
    broken(name, {
      'shows the neighbours': name === 'watch' || neighbours.every((id) => answer.includes(id)),
      'names what is damaged': isNamed(name, answer),
      'tells nothing of what is stored': damagedLines(answer).every((line) => !tellsSecret(line)),
    }),
  );
}

/** Fields that an earlier task has tested get fewer replacements, since a field is checked equally in every state. */
const seen = new Set<string>();
const DAMAGED = RECORDED.map((item) => ({
  item,
  copies: damagedCopies({ ...item, quoteId: QUOTE_ID }, ['taskId'], seen).map((copy, index) => ({
    item: { ...copy.item, taskId: idOf(index + 100) },
    damage: copy.damage,
  })),
}));

it('each field of a task gets each replacement in at least one state, and some in every state', () => {
  const [first, ...others] = DAMAGED.map(({ copies }) => copies.length);

  expect(first).toBeGreaterThan(300);
  expect(Math.min(...others)).toBeGreaterThan(90);
});

describe.each(
  DAMAGED.map(
    ({ item, copies }) =>
      [`${firstState(item)}, version ${String(item['schemaVersion'])}`, item, copies] as const,
  ),
)('a damaged task: %s', (_name, recorded, copies) => {
  it('hides no other task, is named, and is not changed', async () => {
    const healthy = healthyOf(recorded);
    await write(healthy.map((Item) => ({ PutRequest: { Item } })));
    const flaws: string[] = [];
    let tried = 0;
    for (let start = 0; start < copies.length; start += GROUP) {
      const group = await stored(copies.slice(start, start + GROUP));
      tried += group.length;
      flaws.push(...(await judge(healthy, group)));
      if (group.length > 0) await remove(group.map(({ item }) => String(item['taskId'])));
    }

    expect(flaws).toEqual([]);
    expect(tried).toBeGreaterThan(0.8 * copies.length);
  });

  it('makes commands about it end with one line', async () => {
    const taskId = idOf(99);
    await write([{ PutRequest: { Item: { ...recorded, taskId, history: SECRET } } }]);

    for (const command of [show, operate('retry'), operate('abandon'), operate('cancel')]) {
      const { error } = await commands.run(() => command(taskId, commands.target));

      expect(error).toBe(
        'HTTP 500: A stored record does not have the expected shape. Task item: history: expected a value of type array',
      );
    }
    await remove([taskId]);
  });

  it('is parked by the stream and refused by migrations, without showing stored values', () => {
    const others = damagedCopies(recorded, []).flatMap(({ item, damage }) =>
      [
        () => streamedTransitionsOf(imageOf(item)),
        () => migratedTaskItem(item, 1),
        () => migratedTaskItem(item, 2),
      ].flatMap((work) => {
        try {
          work();
          return [];
        } catch (thrown) {
          return isDamage(thrown) && !tellsSecret(thrown.detail) ? [] : [`${damage}: ${String(thrown)}`];
        }
      }),
    );

    expect(others).toEqual([]);
  });
});

function imageOf(item: StoredItem): DynamoDBRecord {
  const NewImage = marshall(item);
  // oxlint-disable-next-line typescript/no-unsafe-type-assertion -- two packages describe the same wire form
  return { eventName: 'MODIFY', dynamodb: { NewImage } } as DynamoDBRecord;
}
