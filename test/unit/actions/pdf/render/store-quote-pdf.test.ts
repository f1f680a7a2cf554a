import { afterAll, beforeAll, beforeEach, describe, expect, it } from 'vitest';
import type { S3Client } from '@aws-sdk/client-s3';
import {
  StoreQuotePdf,
  type StoreQuotePdfOptions,
} from '../../../../../lambdas/actions/pdf/render/store-quote-pdf.ts';
import { documentKey } from '../../../../../lambdas/actions/pdf/engine/document-key.ts';
import type { ErrorCode } from '../../../../../lambdas/shared/contracts/error-codes.ts';
import type { ExecutionTask } from '../../../../../lambdas/queue/contracts/records.ts';
import { queuedTask, snapshotOf } from '../../../../helpers/builders.ts';
import { countedIds } from '../../../../../tools/rig/counted-ids.ts';
import { START_MS } from '../../../../../tools/rig/fake-clock.ts';
import { SECRETS } from '../../../../helpers/nasty-texts.ts';
import { type S3Server, startS3 } from '../../../../helpers/aws/s3-server.ts';

let s3: S3Server;
let client: S3Client;
let task: ExecutionTask;

beforeAll(async () => {
  s3 = await startS3();
  client = s3.createClient();
});

beforeEach(() => {
  task = queuedTask('pdf.render', 'key', START_MS, snapshotOf({ quoteId: `Q-${countedIds.next()}` }));
});

afterAll(async () => {
  client.destroy();
  await s3.stop();
});

const effectOf = (over: Partial<StoreQuotePdfOptions> = {}): StoreQuotePdf =>
  new StoreQuotePdf({
    s3: client,
    bucketName: 'documents',
    render: () => Promise.resolve({ pdf: Buffer.from('%PDF'), boxCount: 2 }),
    documentKey: (snapshot) => documentKey(snapshot, 'renderer/1'),
    ...over,
  });
const writes = (): string[] => s3.writes.filter((key) => key.includes(`/${task.quoteId}/`));

describe('a stored PDF', () => {
  it('is written once, however often and by however many it is applied', async () => {
    const racing = await Promise.all([1, 2, 3, 4].map(() => effectOf().apply(task)));

    expect(new Set(racing.map((result) => result.externalId)).size).toBe(1);
    expect(await effectOf().probe(task)).toEqual(racing[0]);
    expect(writes()).toHaveLength(1);
  });

  it('says how many of its characters are boxes', async () => {
    const { externalId } = await effectOf().apply(task);

    expect(s3.boxes.get(externalId)).toBe('2');
  });

  it('is not there before', async () => {
    expect(await effectOf().probe(task)).toBeUndefined();
  });
});

describe('a refusal of S3', () => {
  it.each<[status: number, code: ErrorCode, deferral: boolean]>([
    [409, 'PDF_STORE_CONFLICT', false],
    [503, 'PROVIDER_RATE_LIMITED', true],
    [403, 'PROVIDER_UNAUTHORIZED', false],
    [404, 'PROVIDER_MISCONFIGURED', false],
    [400, 'PROVIDER_REFUSED', false],
    [500, 'PROVIDER_UNAVAILABLE', false],
  ])('of %i is %s', async (status, code, deferral) => {
    s3.refusals.push({ method: 'PUT', status });

    await expect(effectOf().apply(task)).rejects.toMatchObject({ code, deferral });
    expect(writes()).toEqual([]);
  });

  it.each<[name: string, status: number, code: ErrorCode, deferral: boolean]>([
    ['RequestTimeout', 400, 'PROVIDER_UNAVAILABLE', false],
    ['ExpiredToken', 400, 'PROVIDER_UNAVAILABLE', false],
    ['RequestTimeTooSkewed', 403, 'PROVIDER_UNAVAILABLE', false],
    ['ThrottlingException', 400, 'PROVIDER_RATE_LIMITED', true],
    ['KMS.ThrottlingException', 400, 'PROVIDER_RATE_LIMITED', true],
  ])('named %s (%i) passes by itself: %s', async (name, status, code, deferral) => {
    s3.refusals.push({ method: 'PUT', status, code: name });

    await expect(effectOf().apply(task)).rejects.toMatchObject({ code, deferral });
  });

  it.each(Object.values(SECRETS))(
    'says nothing that S3 quotes in the place of its code: %s',
    async (secret) => {
      s3.refusals.push({ method: 'PUT', status: 400, code: secret });

      await expect(effectOf().apply(task)).rejects.toMatchObject({ detail: 'S3 answered 400 (unnamed)' });
    },
  );

  it.each<[status: number, code: ErrorCode]>([
    [400, 'PROVIDER_UNAVAILABLE'],
    [403, 'PROVIDER_UNAUTHORIZED'],
    [500, 'PROVIDER_UNAVAILABLE'],
  ])('of %i to the probe is %s, not a missing document', async (status, code) => {
    s3.refusals.push({ method: 'HEAD', status });

    await expect(effectOf().probe(task)).rejects.toMatchObject({ code });
  });
});

describe('a PDF that cannot be made', () => {
  it('is terminal and stores nothing', async () => {
    await expect(
      effectOf({ render: () => Promise.reject(new RangeError('font')) }).apply(task),
    ).rejects.toMatchObject({
      code: 'PDF_RENDER_FAILED',
      kind: 'terminal',
    });
    expect(writes()).toEqual([]);
  });

  it('is told without what the renderer quotes in the name of its error', async () => {
    const thrown = Object.assign(new Error(SECRETS.email), { name: SECRETS.customer });

    await expect(effectOf({ render: () => Promise.reject(thrown) }).apply(task)).rejects.toMatchObject({
      detail: 'The renderer failed: unnamed',
    });
  });

  it('is named when the stored payload has another shape', async () => {
    await expect(effectOf().apply({ ...task, payloadJson: '{"snapshot":{}}' })).rejects.toMatchObject({
      code: 'STORED_RECORD_INVALID',
    });
    await expect(effectOf().apply({ ...task, payloadJson: '{' })).rejects.toMatchObject({
      code: 'STORED_RECORD_INVALID',
    });
  });
});
