/** The API's views beside a task: its card, a page of tasks, and the audit trail. */
import { type AuditView, CardState, type TaskPageView, type TaskView } from '../../contracts/api.ts';
import type { CardRecord } from '../../contracts/shown-cards.ts';
import type { AuditRecord, StoredTask } from '../../contracts/records.ts';
import { findAuditGaps } from '../../domain/recovery/audit-gaps.ts';
import { permalinkOf } from '../../../shared/domain/slack-permalink.ts';
import { damagedOf, tasksOf } from '../../domain/damaged.ts';
import type { DamagedRecord, TaskPage } from '../../domain/ports.ts';
import { jsonResponse } from './router.ts';
import { auditPath, etagOf, iso, taskPath, taskView } from './task-view.ts';

/** The result of reading a task's card: the stored card, if it can be read. */
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

/** A task, and what Slack shows of it, as an answer. */
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

/** Leaves out what an entry repeats of the trail, and the fields of a newer release. */
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

/** Head of a trail: from the task, or from the trail's newest record if the task is damaged. */
export type TrailHead = Pick<StoredTask, 'taskId' | 'quoteId' | 'version'> & {
  readonly taskDamage?: string;
};

/** The audit trail of a task, with its missing versions. @param damaged records that cannot be read */
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
