/**
 * One run of the sweep, in order of urgency: stuck and held tasks, expired ledger records, gaps in the audit trail. Each part
 * runs even if the previous one failed, as long as there is time.
 */
import { SweepPart } from '../../contracts/sweep-answer.ts';
import { type SweepCursor, SweepWalk } from '../../contracts/sweep-cursors.ts';
import { AUDIT_PACE, type AuditRepairOptions, type AuditRepairReport, repairAudit } from './audit-repair.ts';
import { LEDGER_PACE, type LedgerPurgeOptions, type LedgerPurgeReport, purgeLedger } from './ledger-purge.ts';
import { type NotedFailure, noting } from './noting.ts';
import { POLICY } from '../task/policy.ts';
import type { Clock } from '../../../shared/domain/ports.ts';
import type { ExecutionQueueService } from '../queue-service.ts';
import type { RecoveredTask } from './recovery.ts';
import { DEFAULT_SWEEP_LIMITS, type SweepReport } from './recover-stale.ts';
import type { LanePositions } from './lanes.ts';

/** Options of a run. */
export interface SweepRunOptions extends AuditRepairOptions, LedgerPurgeOptions {
  readonly recoverStale: ExecutionQueueService['recoverStale'];
  readonly clock: Clock;
}

/** The result of a run. */
export interface SweepRunReport {
  readonly recovered: readonly RecoveredTask[];
  /** Absent if recovery failed as a whole. */
  readonly sweep?: SweepReport;
  readonly ledger: LedgerPurgeReport;
  readonly audit: AuditRepairReport;
  /** Failures of all parts. The run continues after a failure. */
  readonly failures: readonly NotedFailure[];
}

/** With less time left than two late answers take (2 × 3.5 s), the walks read no further page. */
const WALK_RESERVE_MS = 8_000;
const RECOVERY_RESERVE_MS = POLICY.sweepReserveSeconds * 1_000;

const lanePositionsOf = ({ positions }: Pick<SweepCursor, 'positions'>): LanePositions =>
  Object.fromEntries(
    Object.entries(positions).map(([shard, { key, dueAtMs = 0 }]) => [shard, { taskId: key, dueAtMs }]),
  );

const cursorPositionsOf = (positions: LanePositions): SweepCursor['positions'] =>
  Object.fromEntries(
    Object.entries(positions).map(([shard, { taskId, dueAtMs }]) => [shard, { key: taskId, dueAtMs }]),
  );

const isEmpty = (positions: object): boolean => Object.keys(positions).length === 0;

/**
 * Recovery, starting where the previous run stopped. If its cursor cannot be read, it starts at the heads and stores no new
 * cursor.
 */
async function recover(
  { recoverStale, cursors, clock }: SweepRunOptions,
  remainingMs: () => number,
  failures: NotedFailure[],
): Promise<SweepReport | undefined> {
  const cursor = { part: SweepPart.Cursor, id: SweepWalk.Due };
  const before = await noting(failures, cursor, () => cursors.load(SweepWalk.Due));
  let report: SweepReport | undefined;
  const limits = { ...DEFAULT_SWEEP_LIMITS, mayGoOn: () => remainingMs() > RECOVERY_RESERVE_MS };
  const onReport = (found: SweepReport): void => {
    report = found;
  };
  const positions = lanePositionsOf(before ?? { positions: {} });
  const thrown: NotedFailure[] = [];
  await noting(thrown, { part: SweepPart.Lane, id: 'all' }, () =>
    recoverStale(clock.nowMs(), { limits, positions, onReport }),
  );
  // If it throws after its report, the error consists of the report's failures, which name their subjects.
  failures.push(...(report?.failures ?? thrown));
  const after = cursorPositionsOf(report?.positions ?? {});
  if (before !== undefined && !(isEmpty(after) && isEmpty(before.positions))) {
    await noting(failures, cursor, () => cursors.save(SweepWalk.Due, before, after, clock.nowMs()));
  }
  return report;
}

/**
 * Runs the sweep once.
 * @param remainingMs remaining time of the caller, in ms
 */
export async function runSweep(options: SweepRunOptions, remainingMs: () => number): Promise<SweepRunReport> {
  const failures: NotedFailure[] = [];
  const mayGoOn = (): boolean => remainingMs() > WALK_RESERVE_MS;
  const pace = (pages: number) => ({ pages, mayGoOn, nowMs: options.clock.nowMs() });
  const sweep = await recover(options, remainingMs, failures);
  const ledger = await purgeLedger(options, pace(LEDGER_PACE.pages));
  const audit = await repairAudit(options, pace(AUDIT_PACE.pages));
  return {
    recovered: sweep?.recovered ?? [],
    ...(sweep === undefined ? {} : { sweep }),
    ledger,
    audit,
    failures: [...failures, ...ledger.failures, ...audit.failures],
  };
}
