/** What each operation of the API takes and may answer; the tests hold the handlers to these statuses. */
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
    'Stores the action under the idempotency key and starts it. The same request sent again is answered with the same',
    'task (200) and starts nothing twice; after a 503 it starts what could not be started. Equal is what has the same',
    'RFC 8785 canonical form; of a JSON key that is given twice the last value counts. In `application/json` the',
    'character U+FFFD is taken for damage and refused; its JSON escape is not. Checks come in this order: path,',
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
        "Names the request within its quote; the caller's choice, taken as it is. Visible ASCII without spaces.",
      schema: { type: 'string', minLength: 1, maxLength: MAX_IDEMPOTENCY_KEY_LENGTH, pattern: '^[!-~]+$' },
      example: EXAMPLES.idempotencyKey,
    },
  ],
  requestBody: requestBody('EnqueueRequest', EXAMPLES.enqueueBody, true),
  responses: {
    '200': answer('A replay: the task was there before', 'Task', EXAMPLES.queued, [
      'Location',
      'ETag',
      'Idempotency-Replayed',
    ]),
    '202': answer('Stored and started', 'Task', EXAMPLES.queued, ['Location', 'ETag']),
    '400': problem('Idempotency key or body cannot be read', ['idempotencyKey', 'notJson']),
    '404': problem('The path is none of the documented routes', ['noRoute']),
    '409': problem('The key was used with another payload', ['keyReused']),
    ...BODY_REFUSALS,
    '422': problem('Fields are not as documented, or the snapshot is not a signed-off one', [
      'fields',
      'snapshot',
      'quoteId',
    ]),
    ...SIGNED,
    '503': problem(
      'Stored, but not started yet; or the store did not answer. Send it again',
      ['notStarted', 'outage'],
      ['Retry-After'],
    ),
  },
};

const listActions: OperationDoc = {
  summary: 'List the actions of a quote',
  description:
    'In order of enqueueing, eventually consistent: a task may be missing for a moment after its 202. A quote that the queue has not heard of has an empty list. A page has fewer tasks than `limit` only where no cursor is given, or where many tasks of other states lie between. A task that cannot be read is named in `damaged`, counts towards `limit`, and hides none of the others.',
  tags: ['quotes'],
  parameters: [
    parameterRef('quoteId'),
    query('state', 'Only tasks in this state, and those that cannot be read', {
      type: 'string',
      enum: Object.values(ExecutionState),
    }),
    query('limit', 'Most tasks on the page', {
      type: 'integer',
      minimum: 1,
      maximum: PAGE_LIMIT.max,
      default: PAGE_LIMIT.default,
    }),
    query('cursor', 'The cursor of the page before', { type: 'string' }),
  ],
  responses: {
    '200': answer('A page', 'TaskPage', EXAMPLES.page),
    '400': problem('A query parameter is unknown, repeated or not as documented', ['limit']),
    '404': problem('The path is none of the documented routes', ['noRoute']),
    '422': problem('The id is not one of a quote', ['quoteId']),
    ...SIGNED,
  },
};

const readAction: OperationDoc = {
  summary: 'Read a task',
  description:
    'Strongly consistent. The payload is left out: it holds prices, names and addresses, whose home is the system of the quote; `taskHash` tells whether it is the one you have.',
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
    'One record per transition, in order. The trail follows the task within about a second; `gaps` names versions that have no record, `damaged` those whose record cannot be read. The trail of a task that is damaged itself is shown with `taskDamage`.',
  tags: ['actions'],
  parameters: [parameterRef('taskId')],
  responses: { '200': answer('The trail', 'AuditTrail', EXAMPLES.trail), '404': NO_TASK, ...SIGNED },
};

const readHealth: OperationDoc = {
  summary: 'Whether the API runs',
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
  description: `${description} The transition is made only from the version in \`If-Match\`: of two callers the second is told (412).`,
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
  'Starts the next generation of a queued task or of one that waits for its backoff; the effect key stays, so nothing is done twice. 503 `DRIVER_NOT_STARTED` means: stored, and the sweep starts it.',
  EXAMPLES.retried,
);

/** Every operation. */
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
