/** Expired ledger records are removed, a part of the ledger in each run, on a real engine. */
import { PutCommand, ScanCommand } from '@aws-sdk/lib-dynamodb';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { DynamoDbLedgerPurger } from '../../../lambdas/queue/adapters/dynamodb/ledger-purger.ts';
import { DynamoDbWalkCursors } from '../../../lambdas/queue/adapters/dynamodb/walk-cursors.ts';
import { LEDGER_SCHEMA_VERSION } from '../../../lambdas/shared/contracts/effects.ts';
import { SweepWalk } from '../../../lambdas/queue/contracts/sweep-cursors.ts';
import {
  type ExpiredRecord,
  LEDGER_PACE,
  purgeLedger,
} from '../../../lambdas/queue/domain/recovery/ledger-purge.ts';
import type { WalkPace } from '../../../lambdas/queue/domain/recovery/paced-walk.ts';
import { POLICY } from '../../../lambdas/queue/domain/task/policy.ts';
import { type DynamoDbServer, startDynamoDb, TABLE_NAMES } from '../../../tools/rig/aws/dynamodb-server.ts';
import { START_MS } from '../../../tools/rig/fake-clock.ts';

const NOW_MS = START_MS + 60 * 60_000;
const NOW_SECONDS = Math.floor(NOW_MS / 1_000);

let dynamoDb: DynamoDbServer;
let cursors: DynamoDbWalkCursors;

beforeEach(async () => {
  dynamoDb = await startDynamoDb();
  cursors = new DynamoDbWalkCursors(dynamoDb.client, TABLE_NAMES.controls);
});

afterEach(() => dynamoDb.stop());

const paceOf = (pages: number, mayGoOn = () => true): WalkPace => ({ pages, mayGoOn, nowMs: NOW_MS });
const put = (table: string, item: object) =>
  dynamoDb.client.send(new PutCommand({ TableName: table, Item: { ...item } }));

const record = (id: string, expiresAtEpochSeconds: number, owner?: string) => ({
  schemaVersion: LEDGER_SCHEMA_VERSION,
  id,
  effectKey: `key-${id}`,
  taskHash: 'h',
  status: 'COMPLETED',
  fence: 2,
  attemptId: `attempt-${id}`,
  inProgressExpiresAtMs: 0,
  expiresAtEpochSeconds,
  ...(owner === undefined ? {} : { owner }),
});
const idsLeft = async () => {
  const { Items = [] } = await dynamoDb.client.send(new ScanCommand({ TableName: TABLE_NAMES.ledger }));
  return Items.map(({ id }) => String(id)).toSorted();
};
const purger = () => new DynamoDbLedgerPurger(dynamoDb.client, TABLE_NAMES.ledger);
const purge = (pages: number = LEDGER_PACE.pages) =>
  purgeLedger({ ledger: purger(), cursors }, paceOf(pages));

describe('the purge of the ledger', () => {
  it('removes only records that expired by more than the clock skew', async () => {
    const skewSeconds = POLICY.clockSkewMs / 1_000;
    await put(TABLE_NAMES.ledger, record('expired', NOW_SECONDS - skewSeconds - 1, 'owner-1'));
    await put(TABLE_NAMES.ledger, record('released', 1));
    await put(TABLE_NAMES.ledger, record('almost', NOW_SECONDS - skewSeconds));
    await put(TABLE_NAMES.ledger, record('alive', NOW_SECONDS + 1));

    expect(await purge()).toEqual({ purged: 2, failures: [] });
    expect(await idsLeft()).toEqual(['alive', 'almost']);
  });

  it.each<[change: string, seen: Partial<ExpiredRecord>]>([
    ['by another write', { attemptId: 'attempt-before' }],
    ['by another owner', { owner: 'owner-before' }],
    ['with another expiry', { expiresAtEpochSeconds: 5 }],
  ])('keeps a record that was reserved again %s after it was read', async (_change, seen) => {
    await put(TABLE_NAMES.ledger, record('taken', 10, 'owner-1'));
    const { id, attemptId, owner, expiresAtEpochSeconds } = record('taken', 10, 'owner-1');

    const stale = { id, attemptId, expiresAtEpochSeconds, owner: owner ?? '', ...seen };

    expect(await purger().purge(stale)).toBe('kept');
    expect(await idsLeft()).toEqual(['taken']);
  });

  it('can run twice concurrently: each record is removed once', async () => {
    for (let index = 0; index < 30; index += 1) await put(TABLE_NAMES.ledger, record(`e-${index}`, 1));

    const both = await Promise.all([purge(), purge()]);

    expect(both.reduce((sum, { purged }) => sum + purged, 0)).toBe(30);
    expect(await idsLeft()).toEqual([]);
  });

  it('continues in the next run where this one stopped, and restarts after the end', async () => {
    const all = LEDGER_PACE.pageSize * 2 + 10;
    for (let index = 0; index < all; index += 1) await put(TABLE_NAMES.ledger, record(`e-${index}`, 1));

    const runs = [await purge(1), await purge(1), await purge(1)];

    expect(runs.map(({ purged }) => purged)).toEqual([LEDGER_PACE.pageSize, LEDGER_PACE.pageSize, 10]);
    expect(await cursors.load(SweepWalk.Ledger)).toMatchObject({ positions: {}, version: 3 });
  });

  it('purges the others when one deletion fails', async () => {
    await put(TABLE_NAMES.ledger, record('a', 1));
    await put(TABLE_NAMES.ledger, record('b', 1));
    const real = purger();
    const ledger = {
      pageExpired: real.pageExpired.bind(real),
      purge: (expired: ExpiredRecord) =>
        expired.id === 'a' ? Promise.reject(new Error('throttled')) : real.purge(expired),
    };

    const report = await purgeLedger({ ledger, cursors }, paceOf(1));

    expect(report.purged).toBe(1);
    expect(report.failures).toHaveLength(1);
  });
});

describe('a cursor', () => {
  it('is written by only one of two runs', async () => {
    const before = await cursors.load(SweepWalk.Due);
    const positions = { 'due-1': { key: 'task-1', dueAtMs: 7 } };

    expect(await cursors.save(SweepWalk.Due, before, positions, NOW_MS)).toBe('saved');
    expect(await cursors.save(SweepWalk.Due, before, {}, NOW_MS)).toBe('conflict');
    expect(await cursors.load(SweepWalk.Due)).toMatchObject({ version: 1, positions });
  });

  it('with an invalid shape is ignored and replaced', async () => {
    await put(TABLE_NAMES.controls, {
      controlId: 'sweep#audit',
      schemaVersion: 9,
      version: 4,
      where: 'there',
    });

    const before = await cursors.load(SweepWalk.Audit);

    expect(before).toEqual({ positions: {}, version: 0, replaces: 4 });
    expect(await cursors.save(SweepWalk.Audit, before, { all: { key: 'k' } }, NOW_MS)).toBe('saved');
    expect(await cursors.load(SweepWalk.Audit)).toMatchObject({
      version: 1,
      positions: { all: { key: 'k' } },
    });
  });
});
