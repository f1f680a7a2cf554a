/**
 * `record-lost-worker`: runs when the state machine caught a crash, a timeout or an out-of-memory error of `run-action`. The
 * attempt ends with an unknown outcome, so the next attempt probes first. Delivered again, it only reads.
 */
import { createDocumentClient } from '../../shared/adapters/dynamodb/document-client.ts';
import { DynamoDbTaskStore } from '../adapters/dynamodb/task-store.ts';
import { randomIds, systemClock } from '../../shared/adapters/system.ts';
import { Env } from '../../shared/contracts/environment.ts';
import { type RunActionOutput, runActionInputSchema } from '../contracts/state-machine-io.ts';
import { outputOf } from '../domain/driver/driver-view.ts';
import { createRecordLostWorker } from '../domain/driver/record-lost-worker.ts';
import { DEFAULT_RETRY_POLICY } from '../domain/task/task-policy.ts';
import { createLogger } from '../../shared/platform/logger.ts';
import { requireEnv } from '../../shared/platform/require-env.ts';

const logger = createLogger('record-lost-worker');
const recordLostWorker = createRecordLostWorker({
  clock: systemClock,
  ids: randomIds,
  queue: new DynamoDbTaskStore(createDocumentClient(), requireEnv(Env.TasksTable)),
  retryPolicy: DEFAULT_RETRY_POLICY,
  actor: 'system:record-lost-worker',
});

/** Records a lost worker. */
export async function handler(event: unknown): Promise<RunActionOutput> {
  const lost = runActionInputSchema.parse(event);
  const { taskId, generation } = lost;
  const view = await recordLostWorker(lost, 'The worker crashed or ran out of time or memory');
  const output = outputOf(view);
  const mismatch = view.kind === 'wrong_driver' ? { mismatch: view.mismatch } : {};
  logger.warn('worker lost', { taskId, generation, ...output, ...mismatch });
  return output;
}
