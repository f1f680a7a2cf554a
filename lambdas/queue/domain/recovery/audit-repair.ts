/**
 * Finds transitions that never reached the audit trail (a stream record that was parked, or too old before its outage was
 * over) and repairs the trail from the task's own history. Invariants upheld here:
 * 1. A record is only ever put if absent, as the task's history has it: nothing is made up and nothing replaced.
 * 2. It is announced on the bus first, as the stream would have done afterwards: the transition was never announced
 *    either, so its card is stale. A crash between the two leaves the gap, and the next pass repeats both; consumers know
 *    an event by (taskId, version).
 * 3. What is younger than the stream's own delay is left to the stream.
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

/** What is needed of a task. */
export type AuditedTask = Pick<StoredTask, 'taskId' | 'quoteId' | 'kind' | 'version' | 'history'>;

/** The tasks as the repair sees them. */
export interface TaskWalker {
  /** A page of all tasks, eventually consistent. `unreadable`: ids of items that are no tasks. */
  pageTasks(
    limit: number,
    after?: string,
  ): Promise<{
    readonly tasks: readonly AuditedTask[];
    readonly unreadable: readonly string[];
    readonly next?: string;
  }>;
}

/** What a repair works with. */
export interface AuditRepairOptions {
  readonly tasks: TaskWalker;
  readonly audit: Pick<ExecutionAuditRepo, 'append' | 'versionsUpTo'>;
  /** Puts the transition on the bus; `false` when the bus did not take it. */
  readonly announce: (record: AuditRecord) => Promise<boolean>;
  readonly cursors: WalkCursors;
}

/** A version of a task. */
export interface TaskVersion {
  readonly taskId: string;
  readonly version: number;
}

/** What became of it. */
export interface AuditRepairReport {
  /** Tasks whose trail was compared with their version. */
  readonly checked: number;
  readonly repaired: readonly TaskVersion[];
  /** Older than the task's history reaches: lost, and seen again by every pass. */
  readonly unrepairable: readonly TaskVersion[];
  /** Ids of items in the Tasks table that are no tasks. */
  readonly unreadable: readonly string[];
  /** What the repaired transitions count for; the stream never counted them. */
  readonly counts: readonly Metric[];
  /** Pages of tasks that were gone through. */
  readonly pages: number;
  /** What could not be read, compared or repaired. */
  readonly failures: readonly NotedFailure[];
}

/**
 * Tasks of one page, and pages of one run. The whole table is scanned and not one of its indexes: a task of 4 KB costs
 * half a read unit by scan, while its key from the index and the task by a read of its own cost more than one. With half a
 * unit for its trail 200 tasks are 200 read units a minute; fewer than 200 tasks are checked whole by every run, 100,000
 * in some eight hours.
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

/** The newest version that the trail must have by `nowMs`; 0 when there is none. */
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

/** One run of the repair. Never throws: a trail that cannot be repaired now, or a page that cannot be read, is a failure. */
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
    // Out of time: the next run goes on behind the last task that was checked.
    return taken < tasks.length ? (tasks[taken - 1]?.taskId ?? after) : next;
  });
  return { ...into, pages };
}
