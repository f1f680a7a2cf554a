import { describe, expect, it } from 'vitest';
import { recoveryText } from '../../../../lambdas/slack/adapters/card-blocks.ts';
import type { ExecutionTask } from '../../../../lambdas/queue/contracts/records.ts';
import { recoveriesOf } from '../../../../lambdas/slack/domain/card.ts';
import { QueueError } from '../../../../lambdas/shared/domain/errors.ts';
import {
  completed,
  failed,
  held,
  recovered,
  redriven,
  stopped,
} from '../../../../lambdas/queue/domain/task/transitions.ts';
import { contextAt, queuedTask, resultOf, retryableTask, runningTask } from '../../../helpers/builders.ts';
import { START_MS } from '../../../../tools/rig/fake-clock.ts';

const lastRecoveryOf = (task: ExecutionTask): readonly string[] =>
  recoveriesOf(task, task.version - 1).map((recovery) => recoveryText(task, recovery));

describe('recoveryText', () => {
  const ada = contextAt(START_MS, { actor: 'slack:T1/U1 (<!channel>)' });
  const waiting = retryableTask();
  const again = { kind: 'retry', nextAttemptAtMs: START_MS, deferral: false } as const;
  const terminal = { kind: 'terminal', code: 'RETRIES_EXHAUSTED', causeCode: 'PROVIDER_TIMEOUT' } as const;

  it.each<[text: string, task: ExecutionTask]>([
    [
      '✅ crm.sync recovered: completed on attempt 2 after PROVIDER_TIMEOUT',
      completed(runningTask(waiting), { result: resultOf(), proof: 'probed' }, contextAt()),
    ],
    [
      '❌ crm.sync did not recover: failed for good on attempt 2 with RETRIES_EXHAUSTED after PROVIDER_TIMEOUT',
      failed(runningTask(waiting), new QueueError('PROVIDER_TIMEOUT'), terminal, contextAt()),
    ],
    [
      '🚫 crm.sync did not recover: &lt;!channel&gt; abandoned it after PROVIDER_TIMEOUT',
      stopped(waiting, 'operator_abandon', ada),
    ],
    [
      '🔁 crm.sync: &lt;!channel&gt; pressed Retry now after PROVIDER_TIMEOUT; it runs again at once',
      redriven(waiting, 'operator_retry', ada),
    ],
    [
      '🔁 crm.sync: &lt;!channel&gt; pressed Retry now after PROVIDER_TIMEOUT; it runs again at once unless crm.sync is still paused',
      redriven(held(waiting, { reason: 'down', actor: 'api:lin' }, contextAt()), 'operator_retry', ada),
    ],
    [
      '🛟 crm.sync was recovered by the sweep: its execution was lost; the next one (generation 2) carries on',
      redriven(waiting, 'recover_stale', contextAt()),
    ],
    [
      '🛟 crm.sync was recovered by the sweep: its worker was lost; it runs again at once, and asks the provider first',
      recovered(runningTask(queuedTask()), new QueueError('WORKER_LOST'), again, contextAt()),
    ],
  ])('says: %s', (text, task) => {
    expect(lastRecoveryOf(task)).toEqual([text]);
  });
});
