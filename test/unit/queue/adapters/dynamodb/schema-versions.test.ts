/** Stored items: present readers accept every recorded item of every version and refuse later versions. */
import { PutCommand } from '@aws-sdk/lib-dynamodb';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { DynamoDbAuditRepo } from '../../../../../lambdas/queue/adapters/dynamodb/audit-repo.ts';
import { DynamoDbCardRepo } from '../../../../../lambdas/slack/adapters/dynamodb/card-repo.ts';
import { createFigureSource } from '../../../../../lambdas/slack/adapters/dynamodb/figure-source.ts';
import { DynamoDbLedgerRepo } from '../../../../../lambdas/shared/adapters/dynamodb/ledger-repo.ts';
import { DynamoDbPauseRepo } from '../../../../../lambdas/queue/adapters/dynamodb/pause-repo.ts';
import { DynamoDbTaskRepo } from '../../../../../lambdas/queue/adapters/dynamodb/task-repo.ts';
import { ActionKind } from '../../../../../lambdas/actions/kinds.ts';
import { QueueError } from '../../../../../lambdas/shared/domain/errors.ts';
import type { StoredItem } from '../../../../../lambdas/shared/domain/stored-items.ts';
import { type ShapeName, SHAPES } from '../../../../../lambdas/queue/domain/migrations/shapes.ts';
import {
  type DynamoDbServer,
  startDynamoDb,
  TABLE_NAMES,
} from '../../../../../tools/rig/aws/dynamodb-server.ts';
import { RECORDED_VERSIONS, recordedItems } from '../../../../helpers/fixtures.ts';

type Read = (item: StoredItem) => Promise<unknown>;

const kindOf = ({ kind }: StoredItem) =>
  Object.values(ActionKind).find((candidate) => candidate === kind) ?? ActionKind.CrmSync;

let dynamoDb: DynamoDbServer;
let read: Readonly<Record<ShapeName, Read>>;

beforeAll(async () => {
  dynamoDb = await startDynamoDb();
  const { client } = dynamoDb;
  const tasks = new DynamoDbTaskRepo(client, TABLE_NAMES.tasks);
  const ledger = new DynamoDbLedgerRepo(client, TABLE_NAMES.ledger);
  const audit = new DynamoDbAuditRepo(client, TABLE_NAMES.audit);
  const cards = new DynamoDbCardRepo(client, TABLE_NAMES.cards);
  const pauses = new DynamoDbPauseRepo(client, TABLE_NAMES.controls);
  const figures = createFigureSource(client, TABLE_NAMES.cards, TABLE_NAMES.audit);
  read = {
    tasks: ({ taskId }) => tasks.get(String(taskId)),
    ledger: ({ id }) => ledger.check(String(id)),
    audit: async ({ taskId, version }) =>
      (await audit.list(String(taskId))).find((record) => record.version === version),
    cards: async ({ taskId, cardId, shownDay }) => {
      if (typeof shownDay !== 'string') return cards.get(String(taskId));
      const { found, damaged } = await figures.latenciesOf(shownDay, 100);
      const damage = damaged.find(({ id }) => id === cardId);
      if (damage !== undefined) throw new QueueError('STORED_RECORD_INVALID', damage);
      return found.find((latency) => latency.cardId === cardId);
    },
    controls: (item) => pauses.read(kindOf(item)),
  };
});
afterAll(() => dynamoDb.stop());

const put = async (shape: ShapeName, Item: StoredItem): Promise<void> => {
  await dynamoDb.client.send(new PutCommand({ TableName: TABLE_NAMES[shape], Item }));
};

const shapes = Object.keys(SHAPES).filter((name): name is ShapeName => Object.hasOwn(SHAPES, name));

describe.each(shapes)('stored items: %s', (shape) => {
  const recorded = RECORDED_VERSIONS.flatMap((version) => recordedItems(shape, version));

  it('are recorded in every version', () => {
    const versions = new Set(recorded.map(({ schemaVersion }) => schemaVersion));

    expect(versions).toEqual(new Set(Array.from({ length: SHAPES[shape].newest }, (_, v) => v + 1)));
  });

  it('are read in every version', async () => {
    for (const item of recorded) {
      await put(shape, item);

      expect(await read[shape](item)).toBeDefined();
    }
  });

  it('are refused with both versions if newer code wrote them', async () => {
    const { newest } = SHAPES[shape];
    const item = { ...recorded[0], schemaVersion: newest + 1 };
    await put(shape, item);

    await expect(read[shape](item)).rejects.toThrow(
      `STORED_RECORD_INVALID: schemaVersion: expected at most ${newest} (${shape}), got ${newest + 1}: later code wrote it`,
    );
  });
});

describe('stored items of another shape', () => {
  it.each([
    ['tasks', 'Task item', '2'],
    ['ledger', 'Ledger item', '1'],
    ['audit', 'Audit item', '1, 2'],
    ['cards', 'Latency item', '1'],
    ['controls', 'Pause', '1'],
  ] as const)('of %s are refused with the field and the expected value', async (shape, called, versions) => {
    const recorded = RECORDED_VERSIONS.flatMap((version) => recordedItems(shape, version));
    const item = recorded.find(({ shownDay }) => shape !== 'cards' || typeof shownDay === 'string') ?? {};
    const broken = { ...item, schemaVersion: 'a secret', note: 'a secret' };
    await put(shape, broken);

    const refusal: unknown = await read[shape](broken).catch((error: unknown) => error);

    expect(refusal).toMatchObject({
      code: 'STORED_RECORD_INVALID',
      detail: `${called}: schemaVersion: expected one of: ${versions}`,
    });
  });
});

describe('the audit trail', () => {
  it('keeps its records unchanged: they are not migrated', async () => {
    const audit = new DynamoDbAuditRepo(dynamoDb.client, TABLE_NAMES.audit);
    const [first] = recordedItems('audit', 1);
    const taskId = String(first?.['taskId']);
    const written = recordedItems('audit', 1).filter((record) => record['taskId'] === taskId);
    for (const record of written) await put('audit', record);

    const trail = await audit.list(taskId);
    const again = await Promise.all(trail.map((record) => audit.append({ ...record, schemaVersion: 2 })));

    expect(again).toEqual(trail.map(() => 'already_there'));
    expect(await audit.list(taskId)).toEqual(written);
    expect(SHAPES.audit).toMatchObject({ steps: [], appendOnly: true });
  });
});
