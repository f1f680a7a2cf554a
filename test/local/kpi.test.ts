/** The KPIs of real work of the deployment: one worker is killed and its action recovered, another one succeeds. */
import { DynamoDBClient } from '@aws-sdk/client-dynamodb';
import { DynamoDBDocumentClient } from '@aws-sdk/lib-dynamodb';
import { afterEach, describe, expect, it } from 'vitest';
import { taskViewSchema } from '../../lambdas/queue/contracts/api.ts';
import { reportKpis } from '../../lambdas/queue/domain/kpi/kpi.ts';
import { readKpiRecords } from '../../tools/kpi/kpi-source.ts';
import {
  clearFaults,
  eventually,
  freshQuoteId,
  outputs,
  postAction,
  rootClient,
  scriptFault,
  ended,
} from './support/queue.ts';

const dynamo = DynamoDBDocumentClient.from(new DynamoDBClient(rootClient));

/** The report on these tasks only, because other tests leave records too. */
async function reportOf(taskIds: readonly string[], sinceMs: number) {
  const window = { sinceMs, nowMs: Date.now() };
  const { transitions, latencies } = await readKpiRecords(dynamo, outputs, window);
  const ours = [...transitions].filter(({ taskId }) => taskIds.includes(taskId));
  return reportKpis({ transitions: ours, latencies }, window);
}

async function enqueue(quoteId: string, key: string): Promise<string> {
  const answer = await postAction(quoteId, 'crm.sync', key);
  return taskViewSchema.parse(answer.body).taskId;
}

describe('the KPIs', () => {
  afterEach(clearFaults);

  it('count a killed worker as a recovered stuck action, and shown transitions with their latency', async () => {
    const sinceMs = Date.now();
    const [lost, plain] = [freshQuoteId(), freshQuoteId()];
    await scriptFault({
      target: 'crm',
      method: 'POST',
      path: '/crm/v3/objects/deals/batch/upsert',
      bodyIncludes: lost,
      fault: { kind: 'kill_client' },
    });
    const taskIds = await Promise.all([enqueue(lost, 'kpi'), enqueue(plain, 'kpi')]);
    await Promise.all(taskIds.map((taskId) => ended(taskId)));

    const report = await eventually('both trails and a latency', async () => {
      const { counts, kpis } = await reportOf(taskIds, sinceMs);
      return counts.completed === 2 && counts.latencies > 0 ? { counts, kpis } : undefined;
    });

    expect(report.counts).toMatchObject({
      enqueued: 2,
      failed: 0,
      duplicates: 0,
      stuckInTime: 1,
      stuckLate: 0,
    });
    expect(report.kpis.map(({ verdict }) => verdict).slice(0, 3)).toEqual(['met', 'met', 'met']);
  });
});
