/** Builders of the queue's data: valid by default, with replaceable fields. */
import { ActionKind, type ActionRequest, KINDS } from '../../lambdas/actions/kinds.ts';
import type { QuoteLine, QuoteSnapshot } from '../../lambdas/shared/contracts/quote-snapshot.ts';
import type { ExecutionTask } from '../../lambdas/queue/contracts/records.ts';
import type { EffectResult } from '../../lambdas/shared/contracts/effects.ts';
import { canonicalJson } from '../../lambdas/shared/domain/hashing.ts';
import { deriveTaskId, taskHashOf } from '../../lambdas/queue/domain/task/identity.ts';
import { DEFAULT_RETRY_POLICY } from '../../lambdas/queue/domain/task/task-policy.ts';
import { countedIds } from '../../tools/rig/counted-ids.ts';
import type { EnqueueRequest } from '../../lambdas/queue/domain/queue-types.ts';
import { claimed, failed } from '../../lambdas/queue/domain/task/transitions.ts';
import { enqueued, type TransitionContext } from '../../lambdas/queue/domain/task/move-task.ts';
import { QueueError } from '../../lambdas/shared/domain/errors.ts';
import { START_MS } from '../../tools/rig/fake-clock.ts';

/** The engine whose snapshots the tests accept. */
export const ENGINE = 'cpq-pricing@4.2.0';

/** One line: 3 × 12.50 − 2.50 = 35.00. */
export const lineOf = (over: Partial<QuoteLine> = {}): QuoteLine => ({
  sku: 'DUCK-1',
  description: 'Rubber duck, yellow',
  quantity: '3',
  unitPriceMinor: '1250',
  discountMinor: '250',
  totalMinor: '3500',
  ...over,
});

/** A signed-off snapshot: 35.00 + 8.05 tax. */
export const snapshotOf = (over: Partial<QuoteSnapshot> = {}): QuoteSnapshot => ({
  quoteId: 'Q-1001',
  revision: 1,
  title: 'Ducks for the pond',
  acceptedAt: '2026-03-28T12:00:00Z',
  customer: { name: 'Łucja & Søn <Ponds>' },
  seller: { name: 'Duck Store' },
  currency: 'EUR',
  lines: [lineOf()],
  subtotalMinor: '3500',
  taxMinor: '805',
  totalMinor: '4305',
  engine: { name: 'cpq-pricing', version: '4.2.0' },
  policy: { name: 'discount-policy', version: '7', outcome: 'pass' },
  approval: {
    required: true,
    decision: 'granted',
    approvedBy: 'ada@example.com',
    approvedAt: '2026-03-28T11:00:00Z',
    reference: 'APR-77',
  },
  ...over,
});

/** Payload fields that tests read, in place of those of the example. */
const OWN_FIELDS: Partial<Record<ActionKind, object>> = {
  [ActionKind.SlackNotify]: { message: 'Accepted <!channel> & signed' },
};

/** An action of a kind on a snapshot: the example of the kind. */
export const actionOf = (kind: ActionKind, snapshot = snapshotOf()): ActionRequest =>
  // oxlint-disable-next-line typescript/no-unsafe-type-assertion -- TypeScript does not relate a kind to the payload of its row
  ({
    kind,
    payload: { snapshot, ...KINDS[kind].exampleOf(snapshot.quoteId), ...OWN_FIELDS[kind] },
  }) as ActionRequest;

/** A request to enqueue. */
export const requestOf = (
  kind: ActionKind,
  idempotencyKey = 'key-1',
  snapshot = snapshotOf(),
): EnqueueRequest => ({
  quoteId: snapshot.quoteId,
  idempotencyKey,
  action: actionOf(kind, snapshot),
  actor: 'api:tests',
});

/** A transition's context at `nowMs`. */
export const contextAt = (nowMs = START_MS, over: Partial<TransitionContext> = {}): TransitionContext => ({
  nowMs,
  attemptId: countedIds.next(),
  actor: 'system:test',
  ...over,
});

/** A task that was just enqueued. */
export function queuedTask(
  kind: ActionKind = 'crm.sync',
  idempotencyKey = 'key-1',
  nowMs = START_MS,
  snapshot = snapshotOf(),
): ExecutionTask {
  const { quoteId } = snapshot;
  const { payload } = actionOf(kind, snapshot);
  const identity = {
    taskId: deriveTaskId(quoteId, idempotencyKey),
    quoteId,
    kind,
    idempotencyKey,
    taskHash: taskHashOf(quoteId, kind, payload),
    payloadJson: canonicalJson(payload),
    maxAttempts: DEFAULT_RETRY_POLICY.maxAttempts,
  };
  return enqueued(identity, contextAt(nowMs));
}

/** The running task of a worker, with a lease. */
export const runningTask = (task = queuedTask(), nowMs = START_MS): ExecutionTask =>
  claimed(task, countedIds.next(), `${task.taskId}-${task.generation}`, contextAt(nowMs));

/** The task after a failed attempt, claimable at `nextAttemptAtMs`. */
export const retryableTask = (task = runningTask(), nextAttemptAtMs = START_MS + 5_000): ExecutionTask =>
  failed(
    task,
    new QueueError('PROVIDER_TIMEOUT'),
    { kind: 'retry', nextAttemptAtMs, deferral: false },
    contextAt(),
  );

/** The result of an effect. */
export const resultOf = (over: Partial<EffectResult> = {}): EffectResult => ({
  provider: 'crm',
  externalId: '17000000001',
  location: 'https://crm.example/deals/17000000001',
  contentHash: 'c'.repeat(64),
  ...over,
});
