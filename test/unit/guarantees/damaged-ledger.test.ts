/** Ledger records and cursors with one damaged field: no effect is applied twice, and a walk continues. */
import { PutCommand } from '@aws-sdk/lib-dynamodb';
import { afterAll, beforeAll, expect, it } from 'vitest';
import { DynamoDbLedgerRepo } from '../../../lambdas/shared/adapters/dynamodb/ledger-repo.ts';
import { DynamoDbWalkCursors } from '../../../lambdas/queue/adapters/dynamodb/walk-cursors.ts';
import { runGuarded } from '../../../lambdas/shared/adapters/guarded-effect.ts';
import { SweepWalk } from '../../../lambdas/queue/contracts/sweep-cursors.ts';
import { QueueError } from '../../../lambdas/shared/domain/errors.ts';
import type { StoredItem } from '../../../lambdas/shared/domain/stored-items.ts';
import { resultOf } from '../../helpers/builders.ts';
import { countedIds } from '../../../tools/rig/counted-ids.ts';
import { damagedCopies } from '../../helpers/damage.ts';
import { type DynamoDbServer, startDynamoDb, TABLE_NAMES } from '../../../tools/rig/aws/dynamodb-server.ts';
import { FakeClock, START_MS } from '../../../tools/rig/fake-clock.ts';
import { recordedItems } from '../../helpers/fixtures.ts';
import { remainingMsFrom } from '../../helpers/lambda-context.ts';

let dynamoDb: DynamoDbServer;
beforeAll(async () => {
  dynamoDb = await startDynamoDb();
});
afterAll(() => dynamoDb.stop());

const put = (shape: 'ledger' | 'controls', Item: StoredItem) =>
  dynamoDb.client.send(new PutCommand({ TableName: TABLE_NAMES[shape], Item }));

it.each(recordedItems('ledger', 2).map((item) => [item['id'], item] as const))(
  'a damaged ledger record never causes a second effect: %s',
  async (_id, record) => {
    const ledger = new DynamoDbLedgerRepo(dynamoDb.client, TABLE_NAMES.ledger);
    const clock = new FakeClock(START_MS);
    const effectKey = String(record['effectKey']);
    const run = async (applied: () => void) =>
      runGuarded(
        {
          ledger: {
            ...bound(ledger),
            reserve: (request) => ledger.reserve({ ...request, id: String(record['id']) }),
          },
          clock,
          ids: countedIds,
          remainingMs: remainingMsFrom(clock),
        },
        {
          claim: {
            effectKey,
            taskHash: 'a'.repeat(64),
            owner: countedIds.next(),
            fence: 3,
            leaseExpiresAtMs: START_MS + 60_000,
          },
          contentHash: resultOf().contentHash,
          apply: async () => {
            applied();
            return resultOf();
          },
          probe: () => Promise.resolve(resultOf()),
        },
      ).then(
        () => undefined,
        (thrown: unknown) => thrown,
      );
    const ended: string[] = [];
    let applied = 0;
    for (const { item } of damagedCopies(record, ['id'])) {
      await put('ledger', item);
      const thrown = await run(() => {
        applied += 1;
      });
      if (thrown !== undefined) ended.push(thrown instanceof QueueError ? thrown.code : 'another error');
    }

    expect(applied).toBe(0);
    expect(ended.length).toBeGreaterThan(60);
    expect([...new Set(ended)].toSorted()).toEqual(expect.arrayContaining(['STORED_RECORD_INVALID']));
    expect(ended.filter((code) => !/^[A-Z_]+$/.test(code) || code === 'UNCLASSIFIED')).toEqual([]);
  },
);

const bound = (ledger: DynamoDbLedgerRepo) => ({
  check: (id: string) => ledger.check(id),
  complete: (...args: Parameters<DynamoDbLedgerRepo['complete']>) => ledger.complete(...args),
  free: (...args: Parameters<DynamoDbLedgerRepo['free']>) => ledger.free(...args),
});

it('a damaged cursor is ignored, and the next write replaces it', async () => {
  const cursors = new DynamoDbWalkCursors(dynamoDb.client, TABLE_NAMES.controls);
  const empty = { positions: {}, version: 0 };
  await cursors.save(SweepWalk.Audit, empty, { all: { key: 'task-1' } }, START_MS);
  const cursor = {
    schemaVersion: 1,
    controlId: 'sweep#audit',
    positions: { all: { key: 'a', dueAtMs: 1 } },
    version: 3,
    updatedAtMs: START_MS,
  };
  const copies = damagedCopies(cursor, ['controlId']);

  for (const { item, damage } of copies) {
    await put('controls', item);
    const saved = await cursors.save(
      SweepWalk.Audit,
      await cursors.load(SweepWalk.Audit),
      { all: { key: 'b' } },
      START_MS,
    );

    expect([damage, saved]).toEqual([damage, 'saved']);
    expect([damage, (await cursors.load(SweepWalk.Audit)).positions]).toEqual([
      damage,
      { all: { key: 'b' } },
    ]);
  }

  expect(copies.length).toBeGreaterThan(60);
});
