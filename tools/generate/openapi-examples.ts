/** Examples of the API's description. The code that answers requests produces them, so they always agree with it. */
import { readFileSync } from 'node:fs';
import * as z from 'zod/mini';
import {
  ActionKind,
  type ActionRequest,
  enqueueBodySchema,
  KIND_NAMES,
  WORKER_BY_KIND,
} from '../../lambdas/actions/kinds.ts';
import { MAX_BODY_BYTES } from '../../lambdas/queue/contracts/api.ts';
import {
  type AuditRecord,
  type ExecutionTask,
  SCHEMA_VERSION,
} from '../../lambdas/queue/contracts/records.ts';
import { keyReused, QueueError, SnapshotRefused, taskNotFound } from '../../lambdas/shared/domain/errors.ts';
import { canonicalJson } from '../../lambdas/shared/domain/hashing.ts';
import { deriveTaskId, taskHashOf } from '../../lambdas/queue/domain/task/identity.ts';
import { assertLegal } from '../../lambdas/queue/domain/task/lifecycle.ts';
import { pausedWith, resumedFrom } from '../../lambdas/queue/domain/pauses/pauses.ts';
import { DEFAULT_RETRY_POLICY } from '../../lambdas/queue/domain/task/task-policy.ts';
import {
  claimed,
  completed,
  failed,
  redriven,
  stopped,
} from '../../lambdas/queue/domain/task/transitions.ts';
import { enqueued, type TransitionContext } from '../../lambdas/queue/domain/task/move-task.ts';
import {
  badParameter,
  problemBody,
  problemOf,
  refused,
  retryNotStarted,
} from '../../lambdas/queue/handlers/api/problem.ts';
import { kindChangeView, kindView } from '../../lambdas/queue/handlers/api/kinds.ts';
import { taskView } from '../../lambdas/queue/handlers/api/task-view.ts';
import { auditView, pageView } from '../../lambdas/queue/handlers/api/stored-views.ts';

/** The kind of the examples. */
const EXAMPLE_KIND = ActionKind.CrmSync;

const REQUEST_ID = 'JKJaXmPLvHcESHA=';
const START_MS = Date.UTC(2026, 2, 28, 8, 15, 31);
const OPERATOR = 'arn:aws:sts::123456789012:assumed-role/sales-operations/ada';

const quoteFileSchema = z.object({
  snapshot: z.looseObject({ quoteId: z.string() }),
  actions: z.array(z.looseObject({ idempotencyKey: z.string(), kind: z.string() })),
});

interface ExampleRequest {
  readonly quoteId: string;
  readonly idempotencyKey: string;
  readonly action: ActionRequest;
}

/** The CRM action of the shortest quote in `examples/`. */
function exampleRequest(): ExampleRequest {
  const text = readFileSync(new URL('../../examples/q-1044.json', import.meta.url), 'utf8');
  const { snapshot, actions } = quoteFileSchema.parse(JSON.parse(text));
  const found = actions.find(({ kind }) => kind === EXAMPLE_KIND);
  if (found === undefined) throw new TypeError(`examples/q-1044.json: expected an action ${EXAMPLE_KIND}`);
  const { idempotencyKey, kind, ...payload } = found;
  const action = enqueueBodySchema.parse({ kind, payload: { ...payload, snapshot } });
  return { quoteId: snapshot.quoteId, idempotencyKey, action };
}

const context = (
  second: number,
  actor = `system:run-action-${WORKER_BY_KIND[EXAMPLE_KIND]}`,
): TransitionContext => ({
  nowMs: START_MS + second * 1_000,
  attemptId: `5f0c2f5e-4b0e-4f0b-9a53-0000000000${String(second).padStart(2, '0')}`,
  actor,
});

function queuedTask({ quoteId, idempotencyKey, action }: ExampleRequest): ExecutionTask {
  const identity = {
    taskId: deriveTaskId(quoteId, idempotencyKey),
    quoteId,
    kind: action.kind,
    idempotencyKey,
    taskHash: taskHashOf(quoteId, action.kind, action.payload),
    payloadJson: canonicalJson(action.payload),
    maxAttempts: DEFAULT_RETRY_POLICY.maxAttempts,
  };
  return enqueued(identity, context(0, 'arn:aws:sts::123456789012:assumed-role/checkout/web'));
}

const REQUEST = exampleRequest();
const QUEUED = queuedTask(REQUEST);
const RUNNING = claimed(QUEUED, 'owner', `${QUEUED.taskId}-1`, context(1));
const RETRYABLE = failed(
  RUNNING,
  new QueueError('PROVIDER_TIMEOUT'),
  { kind: 'retry', nextAttemptAtMs: START_MS + 8_000, deferral: false },
  context(4),
);
const COMPLETED = completed(
  claimed(RETRYABLE, 'owner', `${QUEUED.taskId}-1`, context(9)),
  {
    proof: 'probed',
    result: {
      provider: WORKER_BY_KIND[EXAMPLE_KIND],
      externalId: '17034501822',
      location: 'https://api.hubapi.com/crm/v3/objects/deals/17034501822',
      contentHash: taskHashOf(REQUEST.quoteId, REQUEST.action.kind, 'content'),
    },
  },
  context(10),
);

const trail = ({ taskId, quoteId, kind, history }: ExecutionTask): readonly AuditRecord[] =>
  history.map((transition) => ({ schemaVersion: SCHEMA_VERSION, taskId, quoteId, kind, ...transition }));

const PAUSE_REASON = 'The CRM is down for maintenance until noon';
const PAUSED = pausedWith(undefined, EXAMPLE_KIND, PAUSE_REASON, context(20, OPERATOR));
const RESUMED = resumedFrom(PAUSED, context(50, OPERATOR));

/** Bodies of requests and of successful answers. */
export const EXAMPLES = {
  enqueueBody: REQUEST.action,
  idempotencyKey: REQUEST.idempotencyKey,
  quoteId: REQUEST.quoteId,
  taskId: QUEUED.taskId,
  controlBody: { reason: 'The customer asked for it by phone' },
  queued: taskView(QUEUED),
  completed: taskView(COMPLETED),
  retried: taskView(redriven(RETRYABLE, 'operator_retry', context(6, OPERATOR))),
  abandoned: taskView(stopped(RETRYABLE, 'operator_abandon', context(6, OPERATOR))),
  cancelled: taskView(stopped(QUEUED, 'operator_cancel', context(6, OPERATOR))),
  page: pageView({ entries: [{ task: COMPLETED, cursor: '' }] }),
  trail: auditView(COMPLETED, trail(COMPLETED)),
  kinds: {
    kinds: KIND_NAMES.map((kind) => kindView(kind, kind === EXAMPLE_KIND ? PAUSED : undefined)),
  },
  pauseBody: { reason: PAUSE_REASON },
  paused: kindChangeView(EXAMPLE_KIND, { record: PAUSED, changed: true }),
  resumed: kindChangeView(EXAMPLE_KIND, { record: RESUMED, changed: true }),
  health: { status: 'ok' },
} as const;

function thrownBy(refusing: () => void): unknown {
  try {
    refusing();
  } catch (thrown) {
    return thrown;
  }
  throw new TypeError('example: expected a refusal');
}

const problem = (thrown: unknown) => problemBody(problemOf(thrown), REQUEST_ID);

/** Bodies of errors, by subject. */
export const PROBLEMS = {
  idempotencyKey: problem(badParameter(400, 'Idempotency-Key', 'expected this header; it was missing')),
  notJson: problem(refused(400, 'Body: expected well-formed JSON')),
  limit: problem(badParameter(400, 'limit', 'expected a whole number from 1 to 100')),
  ifMatchForm: problem(badParameter(400, 'If-Match', 'expected one version in double quotes, like "3"')),
  ifMatchMissing: problem(
    badParameter(428, 'If-Match', 'expected the ETag of the task that was read, like "3"'),
  ),
  noRoute: problem(refused(404, 'Path: expected one of the documented routes')),
  noTask: problem(taskNotFound(QUEUED.taskId)),
  keyReused: problem(keyReused(QUEUED.idempotencyKey, QUEUED.taskId)),
  illegal: problem(
    thrownBy(() => assertLegal({ from: 'completed', to: 'failed_terminal', cause: 'operator_abandon' })),
  ),
  stale: problem(new QueueError('STALE_VERSION', { detail: 'The task is at version 4, not 3' })),
  noKind: problem(badParameter(404, 'kind', `expected one of: ${KIND_NAMES.join(', ')}`)),
  staleKind: problem(new QueueError('STALE_VERSION', { detail: 'The kind is at version 2, not 1' })),
  tooLarge: problem(refused(413, `Body: expected at most ${MAX_BODY_BYTES} bytes`)),
  mediaType: problem(refused(415, 'Content-Type: expected application/json in UTF-8')),
  fields: problem(
    refused(422, 'Body: expected the documented fields; 1 are not as documented', {
      errors: [{ pointer: '/payload/snapshot/currency', expected: 'expected an ISO 4217 code' }],
    }),
  ),
  snapshot: problem(
    new SnapshotRefused([
      { pointer: '/payload/snapshot/totalMinor', expected: 'expected 119475 (subtotalMinor + taxMinor)' },
    ]),
  ),
  reason: problem(
    refused(422, 'Body: expected the documented fields; 1 are not as documented', {
      errors: [{ pointer: '/reason', expected: 'expected at least 1 characters' }],
    }),
  ),
  quoteId: problem(badParameter(422, 'quoteId', 'expected 1 to 64 of A-Z a-z 0-9 . _ -')),
  fault: problem(new TypeError('unlisted')),
  damaged: problem(
    new QueueError('STORED_RECORD_INVALID', { detail: 'Task item: history: expected a value of type array' }),
  ),
  notStarted: problem(new QueueError('DRIVER_NOT_STARTED')),
  retryNotStarted: problem(retryNotStarted(new QueueError('DRIVER_NOT_STARTED'))),
  outage: problem(Object.assign(new Error('unlisted'), { $metadata: {} })),
} as const;
/** Names an example of an error. */
export type ProblemName = keyof typeof PROBLEMS;
