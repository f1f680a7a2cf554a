/**
 * `sweep`: every minute, gives stuck tasks their next driver and releases tasks whose pause has ended. In each run it also
 * purges expired ledger records and repairs gaps in the audit trail, for a part of the tables.
 */
import { SFNClient } from '@aws-sdk/client-sfn';
import { DynamoDbAuditRepo } from '../adapters/dynamodb/audit-repo.ts';
import { createDocumentClient } from '../../shared/adapters/dynamodb/document-client.ts';
import { DynamoDbLedgerPurger } from '../adapters/dynamodb/ledger-purger.ts';
import { DynamoDbPauseRepo } from '../adapters/dynamodb/pause-repo.ts';
import { DynamoDbTaskRepo } from '../adapters/dynamodb/task-repo.ts';
import { DynamoDbTaskWalker } from '../adapters/dynamodb/task-walker.ts';
import { DynamoDbWalkCursors } from '../adapters/dynamodb/walk-cursors.ts';
import { createEventPublisher, transitionedOf } from '../adapters/event-publisher.ts';
import { StepFunctionsDriver } from '../adapters/execution-driver.ts';
import { randomIds, systemClock } from '../../shared/adapters/system.ts';
import { Env } from '../../shared/contracts/environment.ts';
import type { AuditRecord } from '../contracts/records.ts';
import { DEFAULT_RETRY_POLICY } from '../domain/task/task-policy.ts';
import { createRecoverStale } from '../domain/recovery/recover-stale.ts';
import { CLIENT_OPTIONS } from '../../shared/platform/client-options.ts';
import { createLogger } from '../../shared/platform/logger.ts';
import { createMetrics } from '../../shared/platform/metrics.ts';
import { requireEnv } from '../../shared/platform/require-env.ts';
import { createSweepHandler } from './sweep.ts';

const logger = createLogger('sweep');
const client = createDocumentClient();
const tasksTable = requireEnv(Env.TasksTable);
const controlsTable = requireEnv(Env.ControlsTable);
const putEvents = createEventPublisher(requireEnv(Env.EventBusName), systemClock);

async function announce(record: AuditRecord): Promise<boolean> {
  const { left, reasons } = await putEvents([transitionedOf(record)]);
  if (left.length === 0) return true;
  logger.error('event not taken by the bus', { taskId: record.taskId, version: record.version, reasons });
  return false;
}

/** Runs the sweep. */
export const handler = createSweepHandler({
  recoverStale: createRecoverStale({
    queue: new DynamoDbTaskRepo(client, tasksTable),
    driver: new StepFunctionsDriver(new SFNClient(CLIENT_OPTIONS), requireEnv(Env.StateMachineArn)),
    pauses: new DynamoDbPauseRepo(client, controlsTable),
    clock: systemClock,
    ids: randomIds,
    retryPolicy: DEFAULT_RETRY_POLICY,
    actor: 'system:sweep',
  }),
  tasks: new DynamoDbTaskWalker(client, tasksTable),
  audit: new DynamoDbAuditRepo(client, requireEnv(Env.AuditTable)),
  announce,
  ledger: new DynamoDbLedgerPurger(client, requireEnv(Env.LedgerTable)),
  cursors: new DynamoDbWalkCursors(client, controlsTable),
  clock: systemClock,
  logger,
  metrics: createMetrics(),
});
