/** One action of each kind through every part: API, table, state machine, worker, provider, audit. */
import { GetObjectCommand, S3Client } from '@aws-sdk/client-s3';
import { afterEach, describe, expect, it } from 'vitest';
import { taskViewSchema } from '../../lambdas/queue/contracts/api.ts';
import { ActionKind } from '../../lambdas/actions/kinds.ts';
import { effectKeyOf } from '../../lambdas/queue/domain/task/identity.ts';
import { getAudit } from '../../tools/cli/clients/queue-client.ts';
import { countEffects } from '../../tools/demo/provider-counts.ts';
import {
  clearFaults,
  eventually,
  freshQuoteId,
  outputs,
  postAction,
  rootClient,
  scriptFault,
  ended,
  target,
} from './support/queue.ts';

const UPSERT = '/crm/v3/objects/deals/batch/upsert';

async function enqueue(quoteId: string, kind: ActionKind) {
  const answer = await postAction(quoteId, kind, `key-${kind}`);
  expect(answer.status).toBe(202);
  return taskViewSchema.parse(answer.body);
}

afterEach(clearFaults);

describe('an accepted quote', () => {
  it.each(Object.values(ActionKind))(
    'has its %s carried out once, with every transition recorded',
    async (kind) => {
      const quoteId = freshQuoteId();

      const { taskId } = await enqueue(quoteId, kind);
      const task = await ended(taskId);

      expect(task).toMatchObject({
        state: 'completed',
        attempts: { used: 1, deferred: 0 },
        effect: { proof: 'applied' },
      });
      const trail = await eventually('three audit records', async () => {
        const found = await getAudit(target, taskId);
        return found.records.length === 3 ? found : undefined;
      });
      expect(trail.gaps).toEqual([]);
      expect(trail.records.map((record) => record.to)).toEqual(['queued', 'running', 'completed']);
    },
  );

  it('stores a PDF under its content-addressed key', async () => {
    const { taskId } = await enqueue(freshQuoteId(), 'pdf.render');

    const { effect } = await ended(taskId);

    const s3 = new S3Client({ ...rootClient, forcePathStyle: true });
    const object = await s3.send(
      new GetObjectCommand({ Bucket: outputs.documentsBucket, Key: effect?.externalId ?? '' }),
    );
    const bytes = Buffer.from((await object.Body?.transformToByteArray()) ?? []);
    expect(bytes.subarray(0, 5).toString('latin1')).toBe('%PDF-');
    expect(object.ContentType).toBe('application/pdf');
  });
});

describe('a faulty provider', () => {
  it('is probed first after a lost reply: one deal, and attempt 2 is recorded as probed', async () => {
    const quoteId = freshQuoteId();
    await scriptFault({
      target: 'crm',
      method: 'POST',
      path: UPSERT,
      bodyIncludes: quoteId,
      fault: { kind: 'drop_reply' },
    });

    const { taskId } = await enqueue(quoteId, 'crm.sync');
    const task = await ended(taskId);

    expect(task).toMatchObject({ state: 'completed', attempts: { used: 2 }, effect: { proof: 'probed' } });
    expect((await countEffects(outputs)).crm.get(effectKeyOf('crm.sync', taskId))).toBe(1);
  });

  it('gets one message if Slack loses the reply to the post', async () => {
    const quoteId = freshQuoteId();
    await scriptFault({
      target: 'slack',
      path: '/api/chat.postMessage',
      bodyIncludes: `Accepted: ${quoteId}`,
      fault: { kind: 'drop_reply' },
    });

    const { taskId } = await enqueue(quoteId, 'slack.notify');
    const task = await ended(taskId);

    expect(task).toMatchObject({ state: 'completed', attempts: { used: 2 }, effect: { proof: 'probed' } });
    expect((await countEffects(outputs)).slack.get(effectKeyOf('slack.notify', taskId))).toBe(1);
  });

  it('gets one deal if the worker is killed after the CRM accepted it', async () => {
    const quoteId = freshQuoteId();
    await scriptFault({
      target: 'crm',
      method: 'POST',
      path: UPSERT,
      bodyIncludes: quoteId,
      fault: { kind: 'kill_client' },
    });

    const { taskId } = await enqueue(quoteId, 'crm.sync');
    const task = await ended(taskId);

    expect(task).toMatchObject({ state: 'completed', effect: { proof: 'probed' } });
    expect((await countEffects(outputs)).crm.get(effectKeyOf('crm.sync', taskId))).toBe(1);
    const trail = await getAudit(target, taskId);
    expect(trail.records.map((record) => record.errorCode)).toContain('WORKER_LOST');
  });

  it('that refuses the data ends the task permanently after one attempt', async () => {
    const quoteId = freshQuoteId();
    const fault = {
      kind: 'status',
      status: 400,
      body: '{"status":"error","message":"Invalid input JSON"}',
    } as const;
    await scriptFault({ target: 'crm', method: 'POST', path: UPSERT, bodyIncludes: quoteId, fault });

    const { taskId } = await enqueue(quoteId, 'crm.sync');
    const task = await ended(taskId);

    expect(task).toMatchObject({
      state: 'failed_terminal',
      attempts: { used: 1 },
      error: { code: 'PROVIDER_REFUSED' },
    });
  });
});
