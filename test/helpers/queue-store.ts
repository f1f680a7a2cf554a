/** The production stores on a test's DynamoDB, with every request through the test's `intercept`. */
import { DynamoDBClient } from '@aws-sdk/client-dynamodb';
import { DynamoDBDocumentClient } from '@aws-sdk/lib-dynamodb';
import { translation } from '../../lambdas/shared/adapters/dynamodb/document-client.ts';
import { DynamoDbLedgerRepo } from '../../lambdas/shared/adapters/dynamodb/ledger-repo.ts';
import { DynamoDbTaskRepo } from '../../lambdas/queue/adapters/dynamodb/task-repo.ts';
import type { ExecutionInput } from '../../lambdas/queue/contracts/state-machine-io.ts';
import type { Clock, Ids } from '../../lambdas/shared/domain/ports.ts';
import { type QueueService, queueServiceOf } from './queue-service.ts';
import { countedIds } from '../../tools/rig/counted-ids.ts';
import { TABLE_NAMES } from '../../tools/rig/aws/dynamodb-server.ts';

/** Handles one request; `send` carries it out. */
export type Intercept = <T>(send: () => Promise<T>) => Promise<T>;

const passing: Intercept = (send) => send();

/** A client whose requests pass through `intercept`, each once per command (the SDK's retries are inside). */
export function interceptedClient(endpoint: string, intercept: Intercept = passing): DynamoDBDocumentClient {
  const base = new DynamoDBClient({
    endpoint,
    region: 'eu-central-1',
    credentials: { accessKeyId: 'test', secretAccessKey: 'test' },
  });
  base.middlewareStack.add((next) => (args) => intercept(() => next(args)), {
    step: 'initialize',
    priority: 'high',
    name: 'intercept',
  });
  return DynamoDBDocumentClient.from(base, translation());
}

/** The stores and the service on one client. */
export interface QueueStore {
  readonly tasks: DynamoDbTaskRepo;
  readonly ledger: DynamoDbLedgerRepo;
  readonly queue: QueueService;
  /** Names of executions that are reported as running; initially empty. */
  readonly running: Set<string>;
  /** Started executions, in order. */
  readonly started: ExecutionInput[];
}

/** Builds the stores and the service like the handlers; executions are recorded, not started. */
export function queueStore(client: DynamoDBDocumentClient, clock: Clock, ids: Ids = countedIds): QueueStore {
  const started: ExecutionInput[] = [];
  const running = new Set<string>();
  const tasks = new DynamoDbTaskRepo(client, TABLE_NAMES.tasks);
  const queue = queueServiceOf({
    clock,
    ids,
    queue: tasks,
    driver: {
      status: (taskId, generation) =>
        Promise.resolve(running.has(`${taskId}-${generation}`) ? 'running' : 'missing'),
      start: (input) => {
        started.push(input);
        return Promise.resolve('started');
      },
    },
  });
  return { tasks, ledger: new DynamoDbLedgerRepo(client, TABLE_NAMES.ledger), queue, started, running };
}
