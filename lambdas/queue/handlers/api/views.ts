/** Stored records as the API shows them. */
import {
  API_ROUTES,
  type AuditView,
  CardState,
  type TaskPageView,
  type TaskView,
} from '../../contracts/api.ts';
import type { CardRecord } from '../../contracts/shown-cards.ts';
import { ErrorKind, isErrorCode, kindOf, textsOf } from '../../../shared/contracts/error-codes.ts';
import { TransitionCause } from '../../contracts/lifecycle-states.ts';
import { type AuditRecord, isKnownTask, type StoredTask } from '../../contracts/records.ts';
import { findAuditGaps } from '../../domain/recovery/audit-gaps.ts';
import { permalinkOf } from '../../../shared/domain/slack-permalink.ts';
import { isTerminal, LIFECYCLE } from '../../domain/task/lifecycle.ts';
import { damagedOf, tasksOf } from '../../domain/damaged.ts';
import type { DamagedRecord, TaskPage } from '../../domain/ports.ts';
import { attemptsShown } from '../../domain/task/retry-policy.ts';
import { jsonResponse } from './router.ts';

/** A point in time as the API writes it. */
export const iso = (epochMs: number): string => new Date(epochMs).toISOString();

/** Address of a task. */
export const taskPath = (taskId: string): string => API_ROUTES.readAction.path.replace('{taskId}', taskId);
const auditPath = (taskId: string): string => API_ROUTES.readAudit.path.replace('{taskId}', taskId);

/** The entity tag of a version: what `If-Match` takes. */
export const etagOf = (task: Pick<StoredTask, 'version'>): string => `"${task.version}"`;

/** Of a code that this release does not know, the task's state tells what the newer release decided. */
const decisionOf = (code: string, state: string): ErrorKind => {
  if (isErrorCode(code)) return kindOf(code);
  return isTerminal(state) ? ErrorKind.Terminal : ErrorKind.Retryable;
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

/** What is known of a task's card: the stored one, if it can be read. */
export type CardLook =
  | { readonly card: CardRecord | undefined; readonly damage?: never }
  | { readonly card?: never; readonly damage: string };

function cardView(task: StoredTask, { card, damage }: CardLook): NonNullable<TaskView['card']> {
  if (damage !== undefined) return { state: CardState.Failing, errorCode: 'STORED_RECORD_INVALID', damage };
  if (card === undefined) return { state: CardState.Pending };
  const { versionShown, lastError, channel, ts, threadTs } = card;
  const shown = {
    ...(versionShown === 0 ? {} : { version: versionShown }),
    ...(ts === undefined ? {} : { permalink: permalinkOf(channel, ts, threadTs) }),
  };
  if (lastError !== undefined) return { state: CardState.Failing, errorCode: lastError.code, ...shown };
  return { state: versionShown >= task.version ? CardState.Shown : CardState.Pending, ...shown };
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

/** A task with what Slack shows of it, as an answer. */
export const taskAndCardResponse = (task: StoredTask, look: CardLook): Response =>
  jsonResponse({ ...taskView(task), card: cardView(task, look) }, 200, { etag: etagOf(task) });

/** A page of a listing. */
export function pageView({ entries, cursor }: TaskPage): TaskPageView {
  const damaged = damagedOf(entries);
  return {
    tasks: tasksOf(entries).map(taskView),
    ...(damaged.length === 0 ? {} : { damaged: [...damaged] }),
    ...(cursor === undefined ? {} : { cursor }),
  };
}

/** What an entry repeats of the trail itself is left out, and so are the fields of a newer release. */
function entryView(record: AuditRecord): AuditView['records'][number] {
  const { version, from, to, cause, actor, reason, errorCode, proof } = record;
  const { attempt, deferrals, generation, atMs, attemptId } = record;
  return {
    version,
    from,
    to,
    cause,
    actor,
    ...(reason === undefined ? {} : { reason }),
    ...(errorCode === undefined ? {} : { errorCode }),
    ...(proof === undefined ? {} : { proof }),
    attempt,
    deferrals,
    generation,
    attemptId,
    at: iso(atMs),
  };
}

/** What a trail is shown with: of the task, or of the trail's newest record when the task is damaged. */
export type TrailHead = Pick<StoredTask, 'taskId' | 'quoteId' | 'version'> & {
  readonly taskDamage?: string;
};

/** The audit trail of a task, with the versions it lacks. @param damaged records that cannot be read */
export function auditView(
  head: TrailHead,
  records: readonly AuditRecord[],
  damaged: readonly DamagedRecord[] = [],
): AuditView {
  const { taskId, quoteId, version, taskDamage } = head;
  const versions = [...records, ...damaged].map((record) => record.version);
  return {
    taskId,
    quoteId,
    version,
    records: records.map(entryView),
    ...(damaged.length === 0 ? {} : { damaged: [...damaged] }),
    ...(taskDamage === undefined ? {} : { taskDamage }),
    gaps: [...findAuditGaps(versions, version)],
    links: { self: auditPath(taskId), task: taskPath(taskId) },
  };
}
