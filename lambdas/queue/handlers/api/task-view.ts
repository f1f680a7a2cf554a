/** A task as the API shows it. */
import { API_ROUTES, type TaskView } from '../../contracts/api.ts';
import { ErrorKind, isErrorCode, kindOf, textsOf } from '../../../shared/contracts/error-codes.ts';
import { TransitionCause } from '../../contracts/lifecycle-states.ts';
import { isKnownTask, type StoredTask } from '../../contracts/records.ts';
import { isEnded, LIFECYCLE } from '../../domain/task/lifecycle.ts';
import { attemptsShown } from '../../domain/task/task-policy.ts';
import { jsonResponse } from './router.ts';

/** A point in time as the API writes it. */
export const iso = (epochMs: number): string => new Date(epochMs).toISOString();

/** Address of a task. */
export const taskPath = (taskId: string): string => API_ROUTES.readAction.path.replace('{taskId}', taskId);
/** Address of a task's audit trail. */
export const auditPath = (taskId: string): string => API_ROUTES.readAudit.path.replace('{taskId}', taskId);

/** The entity tag of a version: what `If-Match` takes. */
export const etagOf = (task: Pick<StoredTask, 'version'>): string => `"${task.version}"`;

/** If this release does not know the code, the task's state shows what the newer release decided. */
const decisionOf = (code: string, state: string): ErrorKind => {
  if (isErrorCode(code)) return kindOf(code);
  return isEnded(state) ? ErrorKind.Terminal : ErrorKind.Retryable;
};

function errorView({ error, state }: StoredTask): Pick<TaskView, 'error'> {
  if (error === undefined) return {};
  const { code, detail, causeCode } = error;
  const { text, runbook } = textsOf(code);
  const kind = decisionOf(code, state);
  const cause = causeCode === undefined ? {} : { causeCode };
  return { error: { code, kind, text, firstStep: runbook, detail, ...cause } };
}

const holdView = ({ hold }: StoredTask): Pick<TaskView, 'hold'> =>
  hold === undefined ? {} : { hold: { reason: hold.reason, actor: hold.actor, since: iso(hold.sinceMs) } };

function effectView({ result, proof, fingerprint }: StoredTask): Pick<TaskView, 'effect'> {
  if (result === undefined || proof === undefined || fingerprint === undefined) return {};
  const { provider, externalId, location } = result;
  return { effect: { provider, externalId, location, proof, fingerprint } };
}

const allows = (task: StoredTask, cause: TransitionCause): boolean =>
  isKnownTask(task) && LIFECYCLE.some((row) => row.from === task.state && row.cause === cause);

function linksOf(task: StoredTask): TaskView['links'] {
  const { taskId, quoteId } = task;
  const self = taskPath(taskId);
  return {
    self,
    audit: auditPath(taskId),
    quote: API_ROUTES.listActions.path.replace('{quoteId}', quoteId),
    ...(allows(task, TransitionCause.OperatorRetry) ? { retry: `${self}/retry` } : {}),
    ...(allows(task, TransitionCause.OperatorAbandon) ? { abandon: `${self}/abandon` } : {}),
    ...(allows(task, TransitionCause.OperatorCancel) ? { cancel: `${self}/cancel` } : {}),
  };
}

/** A task without its payload. */
export function taskView(task: StoredTask): TaskView {
  const { taskId, quoteId, kind, taskHash, state, version, generation, maxAttempts, nextAttemptAtMs } = task;
  const attempts = {
    used: attemptsShown(task),
    max: maxAttempts,
    claims: task.attempt,
    deferred: task.deferrals,
  };
  return {
    taskId,
    quoteId,
    kind,
    taskHash,
    state,
    version,
    generation,
    attempts,
    ...errorView(task),
    ...(nextAttemptAtMs === undefined ? {} : { nextAttemptAt: iso(nextAttemptAtMs) }),
    ...holdView(task),
    ...effectView(task),
    createdAt: iso(task.createdAtMs),
    updatedAt: iso(task.updatedAtMs),
    deadlineAt: iso(task.deadlineAtMs),
    links: linksOf(task),
  };
}

/** A task as an answer, with its version as the entity tag. */
export const taskResponse = (
  task: StoredTask,
  status = 200,
  headers: Record<string, string> = {},
): Response => jsonResponse(taskView(task), status, { ...headers, etag: etagOf(task) });
