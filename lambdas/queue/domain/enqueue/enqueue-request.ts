/** Enqueueing: a request as a stored task, once for each key. */
import type { StoredTask } from '../../contracts/records.ts';
import { keyReused, QueueError, SnapshotRefused } from '../../../shared/domain/errors.ts';
import { canonicalJson } from '../../../shared/domain/hashing.ts';
import { deriveTaskId, taskHashOf } from '../task/identity.ts';
import type { ExecutionQueueRepo } from '../ports.ts';
import type { EnqueueRequest, EnqueueResult, QueueServiceOptions } from '../queue-types.ts';
import { snapshotViolations } from './snapshot-guard.ts';
import { enqueued, type TransitionContext } from '../task/transitions.ts';

/** What enqueueing works with. */
type EnqueueOptions = Pick<QueueServiceOptions, 'allowedEngines' | 'retryPolicy'> & {
  readonly queue: Pick<ExecutionQueueRepo, 'get' | 'putIfAbsent'>;
};

/** A request that was accepted once is replayed, even if the engine has left the allow-list since. */
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
 * Stores the task of a request unless its key is taken; with the same key and payload, the answer is the task that is there.
 * @throws {SnapshotRefused} naming each field; @throws {QueueError} `IDEMPOTENCY_KEY_REUSED`; nothing is written
 */
export async function storeRequest(
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
