import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import type { DynamoDBDocumentClient } from '@aws-sdk/lib-dynamodb';
import { DynamoDbLedgerRepo } from '../../../lambdas/shared/adapters/dynamodb/ledger-repo.ts';
import { POLICY } from '../../../lambdas/queue/domain/task/policy.ts';
import type { LedgerFence, Reservation } from '../../../lambdas/shared/domain/ledger-port.ts';
import { countedIds } from '../../../tools/rig/counted-ids.ts';
import { startDynamoDbUnderTest } from '../../helpers/aws/dynamodb-under-test.ts';
import { type DynamoDbServer, TABLE_NAMES } from '../../../tools/rig/aws/dynamodb-server.ts';
import { START_MS } from '../../../tools/rig/fake-clock.ts';
import { type LossyProxy, startLossyProxy } from '../../helpers/lossy-proxy.ts';
import { interceptedClient } from '../../helpers/queue-store.ts';

let dynamoDb: DynamoDbServer;
let lossy: LossyProxy;
let lossyClient: DynamoDBDocumentClient;
let ledger: DynamoDbLedgerRepo;
let lossyLedger: DynamoDbLedgerRepo;

beforeAll(async () => {
  dynamoDb = await startDynamoDbUnderTest();
  lossy = await startLossyProxy(dynamoDb.endpoint);
  lossyClient = interceptedClient(lossy.url);
  ledger = new DynamoDbLedgerRepo(dynamoDb.client, TABLE_NAMES.ledger);
  lossyLedger = new DynamoDbLedgerRepo(lossyClient, TABLE_NAMES.ledger);
});

afterAll(async () => {
  lossyClient.destroy();
  await lossy.stop();
  await dynamoDb.stop();
});

const LIFE_MS = 15_000;

const reservation = (over: Partial<Reservation> = {}): Reservation => ({
  id: `effect#${countedIds.next()}`,
  effectKey: 'crm.sync:task',
  taskHash: 'hash',
  owner: 'first',
  fence: 2,
  attemptId: countedIds.next(),
  nowMs: START_MS,
  inProgressExpiresAtMs: START_MS + LIFE_MS,
  expiresAtEpochSeconds: Math.floor(START_MS / 1_000) + POLICY.ledgerLifeSeconds,
  ...over,
});
/** The reservation of a later claim of the same task. */
const laterThan = (request: Reservation, over: Partial<Reservation> = {}): Reservation => ({
  ...request,
  owner: 'second',
  fence: request.fence + 2,
  attemptId: countedIds.next(),
  ...over,
});
const fenceOf = ({ id, owner }: Reservation): LedgerFence => ({ id, owner, attemptId: countedIds.next() });
const freeAtMs = START_MS + LIFE_MS + POLICY.clockSkewMs;

async function reserved(over: Partial<Reservation> = {}): Promise<Reservation> {
  const request = reservation(over);
  await ledger.reserve(request);
  return request;
}

describe('reserve', () => {
  it('gives a free key to one of many, without a probe', async () => {
    const request = reservation();
    const racing = Array.from({ length: 20 }, (_, n) => ({
      ...request,
      owner: `owner-${n}`,
      attemptId: `a-${n}`,
    }));

    const answers = await Promise.all(racing.map((own) => ledger.reserve(own)));

    expect(answers.filter(({ kind }) => kind === 'reserved')).toEqual([
      { kind: 'reserved', probeFirst: false },
    ]);
  });

  it('refuses a takeover until the in-progress time and the skew are over', async () => {
    const first = await reserved();

    expect(await ledger.reserve(laterThan(first, { nowMs: freeAtMs }))).toMatchObject({
      kind: 'exists',
      record: { owner: 'first', status: 'INPROGRESS' },
    });
    expect(await ledger.reserve(laterThan(first, { nowMs: freeAtMs + 1 }))).toEqual({
      kind: 'reserved',
      probeFirst: true,
    });
  });

  it('refuses an older claim at any time', async () => {
    const first = await reserved();
    const second = laterThan(first, { nowMs: freeAtMs + 1, inProgressExpiresAtMs: freeAtMs + LIFE_MS });
    await ledger.reserve(second);

    const late = { ...first, attemptId: countedIds.next(), nowMs: freeAtMs + 10 * LIFE_MS };

    await expect(ledger.reserve(late)).rejects.toMatchObject({ code: 'LEASE_LOST' });
    expect(await ledger.check(first.id)).toMatchObject({ owner: 'second' });
  });

  it('recognises its own write after a lost answer, and requires a probe', async () => {
    lossy.loseNextReply();

    expect(await lossyLedger.reserve(reservation())).toEqual({ kind: 'reserved', probeFirst: true });
  });

  it('returns a completed record for 30 days, and afterwards ignores it even if it is not deleted', async () => {
    const first = await reserved();
    await ledger.complete(fenceOf(first), '{"a":1}', 'fingerprint');
    const lastMs = first.expiresAtEpochSeconds * 1_000 + 999;

    expect(await ledger.reserve(laterThan(first, { nowMs: lastMs }))).toMatchObject({
      kind: 'exists',
      record: { status: 'COMPLETED', resultJson: '{"a":1}', resultFingerprint: 'fingerprint' },
    });
    expect(await ledger.reserve(laterThan(first, { nowMs: lastMs + 1 }))).toEqual({
      kind: 'reserved',
      probeFirst: true,
    });
  });
});

describe('free', () => {
  it('frees the key without a probe by the next owner if the effect was not applied', async () => {
    const first = await reserved();

    await ledger.free(fenceOf(first), 'not_applied');

    expect(await ledger.check(first.id)).toBeUndefined();
    expect(await ledger.reserve(laterThan(first))).toEqual({ kind: 'reserved', probeFirst: false });
  });

  it('keeps the key if the outcome is unknown: the next owner may start at once and probes', async () => {
    const first = await reserved();

    await ledger.free(fenceOf(first), 'unknown');

    expect(await ledger.check(first.id)).toMatchObject({ status: 'INPROGRESS', inProgressExpiresAtMs: 0 });
    expect(await ledger.check(first.id)).not.toHaveProperty('owner');
    expect(await ledger.reserve(laterThan(first))).toEqual({ kind: 'reserved', probeFirst: true });
  });

  it('defers others until a request in progress must have arrived', async () => {
    const first = await reserved();
    const arrivedMs = START_MS + POLICY.clockSkewMs;

    await ledger.free(fenceOf(first), 'unknown', START_MS);

    expect(await ledger.reserve(laterThan(first, { nowMs: arrivedMs }))).toMatchObject({ kind: 'exists' });
    expect(await ledger.reserve(laterThan(first, { nowMs: arrivedMs + 1 }))).toMatchObject({
      probeFirst: true,
    });
  });
});

const writes = {
  complete: (fence: LedgerFence) => ledger.complete(fence, '{}', 'late'),
  'free what was not applied': (fence: LedgerFence) => ledger.free(fence, 'not_applied'),
  'free with an unknown outcome': (fence: LedgerFence) => ledger.free(fence, 'unknown'),
};

describe.each(Object.entries(writes))('%s', (_name, write) => {
  it('is refused for an earlier owner and changes nothing', async () => {
    const first = await reserved();
    await ledger.reserve(laterThan(first, { nowMs: freeAtMs + 1 }));
    const before = await ledger.check(first.id);

    await expect(write(fenceOf(first))).rejects.toMatchObject({ name: 'LeaseLost', code: 'LEASE_LOST' });
    expect(await ledger.check(first.id)).toEqual(before);
  });

  it('is refused after the record is completed', async () => {
    const first = await reserved();
    await ledger.complete(fenceOf(first), '{}', 'fingerprint');

    await expect(write(fenceOf(first))).rejects.toMatchObject({ code: 'LEASE_LOST' });
    expect(await ledger.check(first.id)).toMatchObject({
      status: 'COMPLETED',
      resultFingerprint: 'fingerprint',
    });
  });
});

const lossyWrites = {
  complete: (fence: LedgerFence) => lossyLedger.complete(fence, '{}', 'fingerprint'),
  'free what was not applied': (fence: LedgerFence) => lossyLedger.free(fence, 'not_applied'),
  'free with an unknown outcome': (fence: LedgerFence) => lossyLedger.free(fence, 'unknown'),
};

describe.each(Object.entries(lossyWrites))('%s', (_name, write) => {
  it('recognises its own write after a lost answer', async () => {
    const first = await reserved();

    lossy.loseNextReply();

    await expect(write(fenceOf(first))).resolves.toBeUndefined();
  });
});
