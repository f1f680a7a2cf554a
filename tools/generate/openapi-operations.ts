/**
 * The parameters and possible answers of each operation of the API. Tests check that the handlers answer only these statuses.
 */
import {
  MAX_IDEMPOTENCY_KEY_LENGTH,
  type OperationId,
  PAGE_LIMIT,
} from '../../lambdas/queue/contracts/api.ts';
import { ExecutionState } from '../../lambdas/queue/contracts/lifecycle-states.ts';
import { EXAMPLES } from './openapi-examples.ts';
import { KIND_OPERATIONS } from './openapi-kinds.ts';
import {
  answer,
  BODY_REFUSALS,
  FAULTS,
  type JsonObject,
  NO_TASK,
  type OperationDoc,
  parameterRef,
  problem,
  requestBody,
  SIGNED,
} from './openapi-parts.ts';

const query = (name: string, description: string, schema: JsonObject): JsonObject => ({
  name,
  in: 'query',
  description,
  schema,
});

const enqueueAction: OperationDoc = {
  summary: 'Enqueue an action of an accepted quote',
  description: [
    'Stores the action under the idempotency key and starts it. A repeated request is answered with the same',
    'task (200) and starts nothing twice; after a 503 it starts the action if that failed. Two payloads are equal if they have the same',
    'RFC 8785 canonical form. If a JSON key occurs twice, the last value is used. In `application/json` the',
    'character U+FFFD is refused as damaged text; its JSON escape is accepted. Checks come in this order: path,',
    'idempotency key, content type, size, UTF-8, JSON, fields, snapshot, earlier use of the key. Nothing is written on',
    'any refusal.',
  ].join(' '),
  tags: ['quotes'],
  parameters: [
    parameterRef('quoteId'),
    {
      name: 'Idempotency-Key',
      in: 'header',
      required: true,
      description:
        'Identifies the request within its quote. The caller chooses it; it is used unchanged. Visible ASCII without spaces.',
      schema: { type: 'string', minLength: 1, maxLength: MAX_IDEMPOTENCY_KEY_LENGTH, pattern: '^[!-~]+$' },
      example: EXAMPLES.idempotencyKey,
    },
  ],
  requestBody: requestBody('EnqueueRequest', EXAMPLES.enqueueBody, true),
  responses: {
    '200': answer('A replay: the task existed before', 'Task', EXAMPLES.queued, [
      'Location',
      'ETag',
      'Idempotency-Replayed',
    ]),
    '202': answer('Stored and started', 'Task', EXAMPLES.queued, ['Location', 'ETag']),
    '400': problem('Idempotency key or body cannot be read', ['idempotencyKey', 'notJson']),
    '404': problem('The path is not a documented route', ['noRoute']),
    '409': problem('The key was used with another payload', ['keyReused']),
    ...BODY_REFUSALS,
    '422': problem('Fields are not as documented, or the snapshot is not signed off', [
      'fields',
      'snapshot',
      'quoteId',
    ]),
    ...SIGNED,
    '503': problem(
      'Stored, but not started yet; or the store did not answer. Send the request again',
      ['notStarted', 'outage'],
      ['Retry-After'],
    ),
  },
};

const listActions: OperationDoc = {
  summary: 'List the actions of a quote',
  description:
    'In order of enqueueing, eventually consistent: a task may be missing for a moment after its 202. The list of an unknown quote is empty. A page has fewer tasks than `limit` only if it has no cursor, or if many tasks of other states lie between. A task that cannot be read is named in `damaged`, counts towards `limit`, and does not hide other tasks.',
  tags: ['quotes'],
  parameters: [
    parameterRef('quoteId'),
    query('state', 'Only tasks in this state, and tasks that cannot be read', {
      type: 'string',
      enum: Object.values(ExecutionState),
    }),
    query('limit', 'Maximum tasks on the page', {
      type: 'integer',
      minimum: 1,
      maximum: PAGE_LIMIT.max,
      default: PAGE_LIMIT.default,
    }),
    query('cursor', 'The cursor of the previous page', { type: 'string' }),
  ],
  responses: {
    '200': answer('A page', 'TaskPage', EXAMPLES.page),
    '400': problem('A query parameter is unknown, repeated or not as documented', ['limit']),
    '404': problem('The path is not a documented route', ['noRoute']),
    '422': problem('The id is not a valid quote id', ['quoteId']),
    ...SIGNED,
  },
};

const readAction: OperationDoc = {
  summary: 'Read a task',
  description:
    'Strongly consistent. The payload is left out because it holds prices, names and addresses, which belong to the quote system. Compare `taskHash` to check that it is the payload you have.',
  tags: ['actions'],
  parameters: [parameterRef('taskId')],
  responses: {
    '200': answer('The task', 'Task', EXAMPLES.completed, ['ETag']),
    '404': NO_TASK,
    ...SIGNED,
  },
};

const readAudit: OperationDoc = {
  summary: 'Read the audit trail of a task',
  description:
    'One record per transition, in order. The trail is updated about a second after the task. `gaps` lists versions without a record, `damaged` those whose record cannot be read. If the task itself is damaged, its trail is returned with `taskDamage`.',
  tags: ['actions'],
  parameters: [parameterRef('taskId')],
  responses: { '200': answer('The trail', 'AuditTrail', EXAMPLES.trail), '404': NO_TASK, ...SIGNED },
};

const readHealth: OperationDoc = {
  summary: 'Check that the API runs',
  description: 'Reads nothing and needs no signature.',
  tags: ['service'],
  security: [],
  parameters: [],
  responses: {
    '200': answer('It runs', 'Health', EXAMPLES.health),
    '429': SIGNED['429'],
    '500': FAULTS['500'],
  },
};

const control = (summary: string, description: string, example: unknown): OperationDoc => ({
  summary,
  description: `${description} The transition is made only from the version in \`If-Match\`: of two callers the second gets a 412.`,
  tags: ['operators'],
  parameters: [parameterRef('taskId'), parameterRef('If-Match')],
  requestBody: requestBody('ControlRequest', EXAMPLES.controlBody, false),
  responses: {
    '200': answer('Done; the new version is in the ETag', 'Task', example, ['ETag']),
    '400': problem('`If-Match` or the body cannot be read', ['ifMatchForm', 'notJson']),
    '404': NO_TASK,
    '409': problem('The state of the task does not allow it', ['illegal']),
    '412': problem('The task has changed since it was read', ['stale']),
    ...BODY_REFUSALS,
    '422': problem('Fields are not as documented', ['reason']),
    '428': problem('`If-Match` is missing', ['ifMatchMissing']),
    ...SIGNED,
  },
});

const retryAction = control(
  'Retry at once',
  'Starts the next generation of a queued task or of a task that waits for its backoff. The effect key stays the same, so nothing is done twice. 503 `DRIVER_NOT_STARTED` means that the change is stored and the sweep starts the task.',
  EXAMPLES.retried,
);

/** All operations. */
export const OPERATIONS: Readonly<Record<OperationId, OperationDoc>> = {
  enqueueAction,
  listActions,
  readAction,
  readAudit,
  readHealth,
  retryAction: {
    ...retryAction,
    responses: {
      ...retryAction.responses,
      '503': problem(
        'Stored, but not started yet; or the store did not answer',
        ['retryNotStarted', 'outage'],
        ['Retry-After'],
      ),
    },
  },
  abandonAction: control('Abandon', 'Ends a task that waits for its next attempt.', EXAMPLES.abandoned),
  cancelAction: control('Cancel', 'Ends a task that no worker has taken yet.', EXAMPLES.cancelled),
  ...KIND_OPERATIONS,
};
