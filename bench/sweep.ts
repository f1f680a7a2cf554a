/**
 * The reads of a sweep for each stuck task, with few and with many live tasks in the table: the same fifty stuck tasks among 100 and among
 * 100,000. They are counted from the requests and the consumed capacity of a real engine. The paced walks read a fixed part of the tables,
 * regardless of the number of stuck tasks, so they are counted separately.
 */
import { ActionKind } from '../lambdas/actions/kinds.ts';
import { BatchWriteCommand, type DynamoDBDocumentClient } from '@aws-sdk/lib-dynamodb';
import { DynamoDbAuditRepo } from '../lambdas/queue/adapters/dynamodb/audit-repo.ts';
import { DynamoDbLedgerPurger } from '../lambdas/queue/adapters/dynamodb/ledger-purger.ts';
import { toItem } from '../lambdas/queue/adapters/dynamodb/task-item.ts';
import { DynamoDbTaskRepo } from '../lambdas/queue/adapters/dynamodb/task-repo.ts';
import { DynamoDbTaskWalker } from '../lambdas/queue/adapters/dynamodb/task-walker.ts';
import { DynamoDbWalkCursors } from '../lambdas/queue/adapters/dynamodb/walk-cursors.ts';
import { DynamoDbPauseRepo } from '../lambdas/queue/adapters/dynamodb/pause-repo.ts';
import type { ExecutionTask } from '../lambdas/queue/contracts/records.ts';
import { AUDIT_PACE, repairAudit } from '../lambdas/queue/domain/recovery/audit-repair.ts';
import { deriveTaskId } from '../lambdas/queue/domain/task/identity.ts';
import { inParallel } from '../lambdas/shared/domain/in-parallel.ts';
import { LEDGER_PACE, purgeLedger } from '../lambdas/queue/domain/recovery/ledger-purge.ts';
import { POLICY } from '../lambdas/queue/domain/task/policy.ts';
import { DEFAULT_RETRY_POLICY } from '../lambdas/queue/domain/task/task-policy.ts';
import type { ExecutionQueueService } from '../lambdas/queue/domain/queue-service.ts';
import { createRecoverStale } from '../lambdas/queue/domain/recovery/recover-stale.ts';
import { enqueued } from '../lambdas/queue/domain/task/move-task.ts';
import { countedIds } from '../tools/rig/counted-ids.ts';
import { startDynamoDb, TABLE_NAMES } from '../tools/rig/aws/dynamodb-server.ts';
import { FakeClock, START_MS } from '../tools/rig/fake-clock.ts';
import { type Figure, report } from '../tools/report/report.ts';

const STUCK = 50;
const LIVE = [100, 100_000] as const;
/** Maximum ratio of the reads for each stuck task. */
const GOAL = 1.1;
const BATCH = 25;
const WRITERS = 8;
const NOW_MS = START_MS;

interface Reads {
  requests: number;
  units: number;
}

/** A queued task with almost no payload. */
function taskOf(index: number, createdAtMs: number): ExecutionTask {
  const quoteId = `Q-${Math.floor(index / 3)}`;
  const idempotencyKey = `key-${index}`;
  const identity = {
    taskId: deriveTaskId(quoteId, idempotencyKey),
    quoteId,
    kind: ActionKind.CrmSync,
    idempotencyKey,
    taskHash: 'hash',
    payloadJson: '{}',
    maxAttempts: DEFAULT_RETRY_POLICY.maxAttempts,
  } as const;
  return enqueued(identity, { nowMs: createdAtMs, attemptId: 'seed', actor: 'bench' });
}

/** The first ones have just become due; the others move without the sweep. */
const seedOf = (index: number): ExecutionTask =>
  taskOf(index, index < STUCK ? NOW_MS - POLICY.overdueMs : NOW_MS);

async function seed(client: DynamoDBDocumentClient, live: number): Promise<void> {
  const batches = Array.from({ length: Math.ceil(live / BATCH) }, (_, index) => index * BATCH);
  await inParallel(
    batches,
    WRITERS,
    () => true,
    async (from) => {
      const count = Math.min(BATCH, live - from);
      const tasks = Array.from({ length: count }, (_, offset) => seedOf(from + offset));
      const puts = tasks.map((task) => ({ PutRequest: { Item: toItem(task) } }));
      await client.send(new BatchWriteCommand({ RequestItems: { [TABLE_NAMES.tasks]: puts } }));
    },
  );
}

const READS = /^(Get|Query|Scan)/;

/** Counts all later read requests of `client` and their read units as reported by the engine. */
function countReads(client: DynamoDBDocumentClient): Reads {
  const reads: Reads = { requests: 0, units: 0 };
  client.middlewareStack.add(
    (next, context) => async (args) => {
      if (!READS.test(String(context['commandName']))) return next(args);
      reads.requests += 1;
      Object.assign(args.input, { ReturnConsumedCapacity: 'TOTAL' });
      const answer = await next(args);
      const { ConsumedCapacity } = Object(answer.output);
      reads.units += Number(Object(ConsumedCapacity)['CapacityUnits'] ?? 0);
      return answer;
    },
    { step: 'initialize', name: 'countReads' },
  );
  return reads;
}

function recoveryOn(client: DynamoDBDocumentClient): ExecutionQueueService['recoverStale'] {
  return createRecoverStale({
    queue: new DynamoDbTaskRepo(client, TABLE_NAMES.tasks),
    pauses: new DynamoDbPauseRepo(client, TABLE_NAMES.controls),
    driver: {
      status: () => Promise.resolve('missing'),
      start: () => Promise.resolve('started'),
    },
    clock: new FakeClock(NOW_MS),
    ids: countedIds,
    retryPolicy: DEFAULT_RETRY_POLICY,
    actor: 'system:bench',
  });
}

const pace = (pages: number) => ({ pages, mayGoOn: () => true, nowMs: NOW_MS });

/** One run of both walks. No trail is complete, but nothing is old enough to count as missing. */
async function walk(client: DynamoDBDocumentClient): Promise<void> {
  const cursors = new DynamoDbWalkCursors(client, TABLE_NAMES.controls);
  await purgeLedger(
    { cursors, ledger: new DynamoDbLedgerPurger(client, TABLE_NAMES.ledger) },
    pace(LEDGER_PACE.pages),
  );
  const audit = new DynamoDbAuditRepo(client, TABLE_NAMES.audit);
  const tasks = new DynamoDbTaskWalker(client, TABLE_NAMES.tasks);
  await repairAudit({ cursors, audit, tasks, announce: () => Promise.resolve(true) }, pace(AUDIT_PACE.pages));
}

interface Measured {
  readonly live: number;
  readonly recovery: Reads;
  readonly walks: Reads;
}

async function measure(live: number): Promise<Measured> {
  const server = await startDynamoDb();
  try {
    await seed(server.client, live);
    const reads = countReads(server.client);
    const recovered = await recoveryOn(server.client)(NOW_MS);
    if (recovered.length !== STUCK) throw new Error(`expected ${STUCK} recoveries, got ${recovered.length}`);
    const recovery = { ...reads };
    await walk(server.client);
    const walks = { requests: reads.requests - recovery.requests, units: reads.units - recovery.units };
    return { live, recovery, walks };
  } finally {
    await server.stop();
  }
}

const rounded = (value: number): number => Math.round(value * 100) / 100;

const figuresOf = ({ live, recovery, walks }: Measured): readonly Figure[] => [
  ...(['requests', 'units'] as const).map((unit) => ({
    name: `reads per stuck task, ${live.toLocaleString('en')} live`,
    value: rounded(recovery[unit] / STUCK),
    unit: unit === 'units' ? 'read units' : 'requests',
    samples: STUCK,
  })),
  {
    name: `reads of the paced walks per run, ${live.toLocaleString('en')} live`,
    value: rounded(walks.units),
    unit: 'read units',
    samples: 1,
  },
];

function ratioOf(what: keyof Reads, few: Measured, many: Measured): Figure {
  const value = rounded(many.recovery[what] / few.recovery[what]);
  const name = `${what} per stuck task, ${LIVE[1].toLocaleString('en')} live to ${LIVE[0]} live`;
  return { name, value, unit: 'ratio', goal: `<= ${GOAL}`, ok: value <= GOAL, samples: STUCK };
}

const few = await measure(LIVE[0]);
const many = await measure(LIVE[1]);
report([...figuresOf(few), ...figuresOf(many), ratioOf('requests', few, many), ratioOf('units', few, many)]);
