/**
 * `sweep`: every minute, gives what is stuck its next driver. Delivered twice, or at the same time as another sweep, it
 * is safe: each recovery is a conditional write, and the loser skips the task.
 */
import { SFNClient } from '@aws-sdk/client-sfn';
import { createDocumentClient } from '../adapters/dynamodb/document-client.ts';
import { DynamoDbTaskRepo } from '../adapters/dynamodb/task-repo.ts';
import { StepFunctionsDriver } from '../adapters/execution-driver.ts';
import { randomIds, systemClock } from '../adapters/system.ts';
import { Env } from '../contracts/environment.ts';
import { DEFAULT_RETRY_POLICY } from '../domain/policy.ts';
import { ExecutionQueueService } from '../domain/queue-service.ts';
import type { RecoveredTask } from '../domain/recovery.ts';
import { CLIENT_OPTIONS } from '../platform/client-options.ts';
import { createLogger } from '../platform/observability.ts';
import { requireEnv } from '../platform/require-env.ts';

const logger = createLogger('sweep');
/** Candidates of one run; the rest is found by the next. 1,000 × 20 ms = 20 s of the function's 50 s. */
const CANDIDATES = 1_000;

const queue = new ExecutionQueueService({
  queue: new DynamoDbTaskRepo(createDocumentClient(), requireEnv(Env.TasksTable)),
  driver: new StepFunctionsDriver(new SFNClient(CLIENT_OPTIONS), requireEnv(Env.StateMachineArn)),
  clock: systemClock,
  ids: randomIds,
  retryPolicy: DEFAULT_RETRY_POLICY,
  allowedEngines: new Set(),
  actor: 'system:sweep',
});

/** See the file head. @throws {AggregateError} after all other tasks were recovered */
export async function handler(): Promise<readonly RecoveredTask[]> {
  const recovered = await queue.recoverStale(systemClock.nowMs(), CANDIDATES);
  logger.info('swept', { recovered: recovered.length });
  for (const task of recovered) logger.warn('recovered', { ...task });
  return recovered;
}
