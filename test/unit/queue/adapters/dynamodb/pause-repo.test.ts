/** Pauses on a real DynamoDB engine: races, lost answers and invalid items. */
import { PutCommand } from '@aws-sdk/lib-dynamodb';
import type { DynamoDBDocumentClient } from '@aws-sdk/lib-dynamodb';
import { afterAll, beforeAll, beforeEach, describe, expect, it } from 'vitest';
import { DynamoDbPauseRepo } from '../../../../../lambdas/queue/adapters/dynamodb/pause-repo.ts';
import { pauseIdOf, type PauseRecord } from '../../../../../lambdas/queue/contracts/controls.ts';
import { PauseService } from '../../../../../lambdas/queue/domain/pauses/pause-service.ts';
import { pausedWith, resumedFrom } from '../../../../../lambdas/queue/domain/pauses/pauses.ts';
import { contextAt } from '../../../../helpers/builders.ts';
import { countedIds } from '../../../../../tools/rig/counted-ids.ts';
import {
  type DynamoDbServer,
  startDynamoDb,
  TABLE_NAMES,
} from '../../../../../tools/rig/aws/dynamodb-server.ts';
import { FakeClock } from '../../../../../tools/rig/fake-clock.ts';
import { type LossyProxy, startLossyProxy } from '../../../../helpers/lossy-proxy.ts';
import { interceptedClient } from '../../../../helpers/queue-store.ts';

let dynamoDb: DynamoDbServer;
let lossy: LossyProxy;
let lossyClient: DynamoDBDocumentClient;
let repo: DynamoDbPauseRepo;
let lossyRepo: DynamoDbPauseRepo;

beforeAll(async () => {
  dynamoDb = await startDynamoDb();
  lossy = await startLossyProxy(dynamoDb.endpoint);
  lossyClient = interceptedClient(lossy.url);
  repo = new DynamoDbPauseRepo(dynamoDb.client, TABLE_NAMES.controls);
  lossyRepo = new DynamoDbPauseRepo(lossyClient, TABLE_NAMES.controls);
});
afterAll(async () => {
  lossyClient.destroy();
  await lossy.stop();
  await dynamoDb.stop();
});

const pausedFrom = (current?: PauseRecord, reason = `reason ${countedIds.next()}`): PauseRecord => {
  const next = pausedWith(current, 'crm.sync', reason, contextAt());
  if (next === undefined) throw new TypeError('reason: expected another one');
  return next;
};

let current: PauseRecord | undefined;
beforeEach(async () => {
  current = await repo.read('crm.sync');
});

describe('a write', () => {
  it('accepts one of many writers that read the same record', async () => {
    const racing = Array.from({ length: 10 }, () => pausedFrom(current));

    const wrote = await Promise.all(racing.map((next) => repo.write(current, next)));

    expect(wrote.filter(Boolean)).toHaveLength(1);
    expect(await repo.read('crm.sync')).toEqual(racing[wrote.indexOf(true)]);
  });

  it('refuses to replace an existing record by a first one', async () => {
    const stored = pausedFrom(current);
    await repo.write(current, stored);

    expect(await repo.write(undefined, pausedFrom())).toBe(false);
    expect(await repo.read('crm.sync')).toEqual(stored);
  });

  it('is recognised by its writer when its answer was lost, also after a later write', async () => {
    const ours = pausedFrom(current);
    const theirs = resumedFrom(ours, contextAt());

    lossy.loseNextReply(async () => {
      if (theirs !== undefined) await repo.write(ours, theirs);
    });

    expect(await lossyRepo.write(current, ours)).toBe(true);
    expect(await repo.read('crm.sync')).toEqual(theirs);
  });
});

describe('the service', () => {
  it('makes one change when the answer was lost', async () => {
    const service = new PauseService({ pauses: lossyRepo, clock: new FakeClock(), ids: countedIds });
    const version = current?.version ?? 0;
    await lossyRepo.read('crm.sync');
    const reason = `reason ${countedIds.next()}`;

    const result = await service.pause('crm.sync', reason, { actor: 'api:ada' });

    expect(result).toMatchObject({ changed: true, record: { reason, version: version + 1 } });
    expect(await repo.read('crm.sync')).toEqual(result.record);
  });
});

describe('a stored record', () => {
  it.each([
    ['of a later version', { schemaVersion: 2 }],
    ['without a reason', { reason: undefined }],
    ['with a reason that is no text', { reason: 7 }],
  ])('%s is refused', async (_title, change) => {
    const record = pausedWith(undefined, 'pdf.render', 'down', contextAt());
    const Item = { ...record, ...change, controlId: pauseIdOf('pdf.render') };
    await dynamoDb.client.send(new PutCommand({ TableName: TABLE_NAMES.controls, Item }));

    await expect(repo.pauseOf('pdf.render')).rejects.toMatchObject({ code: 'STORED_RECORD_INVALID' });
  });

  it('of a newer release is read with the fields that this release knows', async () => {
    const record = pausedWith(undefined, 'pdf.render', 'down', contextAt());
    const Item = { ...record, more: 1, controlId: pauseIdOf('pdf.render') };
    await dynamoDb.client.send(new PutCommand({ TableName: TABLE_NAMES.controls, Item }));

    expect(await repo.pauseOf('pdf.render')).toMatchObject({ reason: 'down' });
  });
});
