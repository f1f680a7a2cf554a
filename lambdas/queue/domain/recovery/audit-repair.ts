/**
 * Finds transitions that never reached the audit trail (their stream record was parked, or became too old in an outage) and
 * repairs the trail from the task's own history. Invariants upheld here:
 * 1. A record is only put if absent, and only from the task's history: nothing is invented and nothing replaced.
 * 2. The transition is announced on the bus first, as the stream would have done afterwards. It was never announced, so its
 *    card is stale. After a crash between the two the gap remains, and the next pass repeats both; consumers identify an event
 *    by (taskId, version).
 * 3. Transitions younger than the stream's own delay are left to the stream.
 */
import type { Metric } from '../../../shared/contracts/metric-names.ts';
import {
  type AuditRecord,
  type StoredTask,
  SCHEMA_VERSION,
  type Transition,
} from '../../contracts/records.ts';
import { SweepPart } from '../../contracts/sweep-answer.ts';
import { SweepWalk } from '../../contracts/sweep-cursors.ts';
import { findAuditGaps } from './audit-gaps.ts';
import { QueueError } from '../../../shared/domain/errors.ts';
import { inParallel } from '../../../shared/domain/in-parallel.ts';
import { type NotedFailure, noting } from './noting.ts';
import { pacedWalk, type WalkCursors, type WalkPace } from './paced-walk.ts';
import { POLICY } from '../task/policy.ts';
import type { ExecutionAuditRepo } from '../ports.ts';
import { metricsOf } from '../kpi/transition-metrics.ts';

/** The fields of a task that are needed. */
export type AuditedTask = Pick<StoredTask, 'taskId' | 'quoteId' | 'kind' | 'version' | 'history'>;

/** Access of the repair to the tasks. */
export interface TaskWalker {
  /** A page of all tasks, eventually consistent. `unreadable`: ids of items that are not tasks. */
  pageTasks(
    limit: number,
    after?: string,
  ): Promise<{
    readonly tasks: readonly AuditedTask[];
    readonly unreadable: readonly string[];
    readonly next?: string;
  }>;
}

/** Options of a repair. */
export interface AuditRepairOptions {
  readonly tasks: TaskWalker;
  readonly audit: Pick<ExecutionAuditRepo, 'append' | 'versionsUpTo'>;
  /** Puts the transition on the bus; returns `false` if the bus did not accept it. */
  readonly announce: (record: AuditRecord) => Promise<boolean>;
  readonly cursors: WalkCursors;
}

/** A version of a task. */
export interface TaskVersion {
  readonly taskId: string;
  readonly version: number;
}

/** The result of a run. */
export interface AuditRepairReport {
  /** Number of tasks whose trail was compared with their version. */
  readonly checked: number;
  readonly repaired: readonly TaskVersion[];
  /** Gaps older than the task's history: lost, and found again by every pass. */
  readonly unrepairable: readonly TaskVersion[];
  /** Ids of items in the Tasks table that are not tasks. */
  readonly unreadable: readonly string[];
  /** Metrics of the repaired transitions, which the stream never counted. */
  readonly counts: readonly Metric[];
  /** Number of pages that were read. */
  readonly pages: number;
  /** Items that could not be read, compared or repaired. */
  readonly failures: readonly NotedFailure[];
}

/**
 * Tasks of one page, and pages of one run. The whole table is scanned and not one of its indexes: by scan, a task of 4 KB costs
 * half a read unit; its key from the index plus a read of the task costs more than one. With half a unit for its trail, 200
 * tasks are 200 read units a minute. Fewer than 200 tasks are all checked in every run, 100,000 in some eight hours.
 */
export const AUDIT_PACE = { pageSize: 50, pages: 4 } as const;
const CONCURRENCY = 10;

interface Tally {
  checked: number;
  readonly repaired: TaskVersion[];
  readonly unrepairable: TaskVersion[];
  readonly unreadable: string[];
  readonly counts: Metric[];
  readonly failures: NotedFailure[];
}

/** The newest version that the trail must have by `nowMs`; 0 if it must have no record yet. */
export function versionDue({ version, history }: AuditedTask, nowMs: number): number {
  const young = history.filter(({ atMs }) => atMs > nowMs - POLICY.auditSettleMs);
  return Math.min(version, ...young.map((transition) => transition.version - 1));
}

async function repair(
  { audit, announce }: AuditRepairOptions,
  { taskId, quoteId, kind, history }: AuditedTask,
  transition: Transition,
  into: Tally,
): Promise<void> {
  const { version } = transition;
  const record: AuditRecord = { schemaVersion: SCHEMA_VERSION, taskId, quoteId, kind, ...transition };
  if (!(await announce(record))) {
    const detail = `The bus did not take version ${version} of ${taskId}; the next pass repeats it`;
    throw new QueueError('UNCLASSIFIED', { detail });
  }
  if ((await audit.append(record)) === 'already_there') return;
  into.repaired.push({ taskId, version });
  into.counts.push(...metricsOf(version, history, kind));
}

async function check(
  options: AuditRepairOptions,
  task: AuditedTask,
  nowMs: number,
  into: Tally,
): Promise<void> {
  const upTo = versionDue(task, nowMs);
  into.checked += 1;
  if (upTo < 1) return;
  const { taskId, history } = task;
  for (const version of findAuditGaps(await options.audit.versionsUpTo(taskId, upTo), upTo)) {
    const transition = history.find((done) => done.version === version);
    if (transition === undefined) into.unrepairable.push({ taskId, version });
    else await repair(options, task, transition, into);
  }
}

/**
 * One run of the repair. It never throws: a trail that cannot be repaired now, or a page that cannot be read, is reported as a
 * failure.
 */
export async function repairAudit(options: AuditRepairOptions, pace: WalkPace): Promise<AuditRepairReport> {
  const into: Tally = {
    checked: 0,
    repaired: [],
    unrepairable: [],
    unreadable: [],
    counts: [],
    failures: [],
  };
  const checkOne = (task: AuditedTask): Promise<void> =>
    noting(into.failures, { part: SweepPart.Trail, id: task.taskId }, () =>
      check(options, task, pace.nowMs, into),
    );
  const pages = await pacedWalk(options.cursors, SweepWalk.Audit, pace, into.failures, async (after) => {
    const { tasks, unreadable, next } = await options.tasks.pageTasks(AUDIT_PACE.pageSize, after);
    into.unreadable.push(...unreadable);
    const taken = await inParallel(tasks, CONCURRENCY, pace.mayGoOn, checkOne);
    // Out of time: the next run continues after the last checked task.
    return taken < tasks.length ? (tasks[taken - 1]?.taskId ?? after) : next;
  });
  return { ...into, pages };
}
