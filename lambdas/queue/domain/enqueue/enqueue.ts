/** Enqueueing: stores a request as a task, once for each key, and starts its driver. */
import { isKnownTask, type StoredTask } from '../../contracts/records.ts';
import { keyReused, QueueError, SnapshotRefused } from '../../../shared/domain/errors.ts';
import { canonicalJson } from '../../../shared/domain/hashing.ts';
import { deriveTaskId, taskHashOf } from '../task/identity.ts';
import type { Clock, Ids } from '../../../shared/domain/ports.ts';
import { startDriver } from '../driver/start-driver.ts';
import type { ExecutionDriver, ExecutionQueueRepo } from '../ports.ts';
import type { ExecutionQueueService } from '../queue-service.ts';
import type { EnqueueRequest, EnqueueResult } from '../queue-types.ts';
import { snapshotViolations } from './snapshot-guard.ts';
import { contextOf, enqueued, type TransitionContext } from '../task/move-task.ts';
import type { RetryPolicy } from '../task/task-policy.ts';

/** Options of enqueueing. */
export interface EnqueueOptions {
  readonly queue: Pick<ExecutionQueueRepo, 'get' | 'putIfAbsent'>;
  readonly driver: Pick<ExecutionDriver, 'start'>;
  readonly clock: Clock;
  readonly ids: Ids;
  /** Maximum attempts of a new task. */
  readonly retryPolicy: Pick<RetryPolicy, 'maxAttempts'>;
  /** `name@version` of the engines whose snapshots are accepted. */
  readonly allowedEngines: ReadonlySet<string>;
}

/** A request that was accepted before is replayed, even if the engine is no longer on the allow-list. */
async function refuseUnlessSigned(
  { queue, allowedEngines }: EnqueueOptions,
  { quoteId, action }: EnqueueRequest,
  taskId: string,
): Promise<EnqueueResult | undefined> {
  const violations = snapshotViolations(action.payload.snapshot, quoteId, allowedEngines);
  if (violations.length === 0) return undefined;
  const task = await queue.get(taskId);
  if (task === undefined) throw new SnapshotRefused(violations);
  return { task, replayed: true };
}

type TaskIdentity = Pick<StoredTask, 'taskId' | 'taskHash'>;

async function storeOnce(
  { queue, retryPolicy }: EnqueueOptions,
  { quoteId, idempotencyKey, action }: EnqueueRequest,
  { taskId, taskHash }: TaskIdentity,
  context: TransitionContext,
): Promise<EnqueueResult> {
  const payloadJson = canonicalJson(action.payload);
  const { maxAttempts } = retryPolicy;
  const identity = { taskId, quoteId, kind: action.kind, idempotencyKey, taskHash, payloadJson, maxAttempts };
  const written = await queue.putIfAbsent(enqueued(identity, context));
  if (written.kind === 'stored') return { task: written.task, replayed: false };
  if (written.current === undefined) throw new QueueError('STALE_VERSION');
  return { task: written.current, replayed: true };
}

/**
 * Stores the task of a request unless its key is used. With the same key and payload, the answer is the existing task.
 * @throws {SnapshotRefused} with each field; @throws {QueueError} `IDEMPOTENCY_KEY_REUSED`; nothing is written
 */
async function storeRequest(
  options: EnqueueOptions,
  request: EnqueueRequest,
  context: TransitionContext,
): Promise<EnqueueResult> {
  const { quoteId, idempotencyKey, action } = request;
  const taskId = deriveTaskId(quoteId, idempotencyKey);
  const taskHash = taskHashOf(quoteId, action.kind, action.payload);
  const existing = await refuseUnlessSigned(options, request, taskId);
  const written = existing ?? (await storeOnce(options, request, { taskId, taskHash }, context));
  if (written.task.taskHash !== taskHash) throw keyReused(idempotencyKey, taskId);
  return written;
}

/** The use case of {@link ExecutionQueueService.enqueue}. */
export const createEnqueue =
  (options: EnqueueOptions): ExecutionQueueService['enqueue'] =>
  async (request) => {
    const written = await storeRequest(options, request, contextOf(options, request.actor));
    const { task } = written;
    if (isKnownTask(task) && task.state === 'queued') await startDriver(options.driver, task);
    return written;
  };
