/** A stuck task is moved within five minutes, computed from the constants. */
import { describe, expect, it } from 'vitest';
import { TIME_LIMITS } from '../../../../../lambdas/shared/contracts/time-limits.ts';
import { POLICY } from '../../../../../lambdas/queue/domain/task/policy.ts';
import { DEFAULT_RETRY_POLICY } from '../../../../../lambdas/queue/domain/task/task-policy.ts';
import {
  budgetOf,
  RECOVERY_BUDGET_MS,
  RECOVERY_PATHS,
} from '../../../../../lambdas/queue/domain/recovery/recovery-budget.ts';

const {
  workerTimeoutSeconds,
  taskTimeoutSeconds,
  sweepPeriodSeconds,
  sweepTimeoutSeconds,
  sweepReserveSeconds,
} = TIME_LIMITS;

describe('the recovery budget', () => {
  it('equals the limit of the KPI contract', () => {
    expect(RECOVERY_BUDGET_MS).toBe(5 * 60 * 1_000);
  });

  it('holds for lease, skew, sweep period and longest backoff together', () => {
    const { leaseMs, clockSkewMs } = POLICY;
    const sumMs = leaseMs + clockSkewMs + (sweepPeriodSeconds + DEFAULT_RETRY_POLICY.capSeconds) * 1_000;

    expect(sumMs).toBeLessThan(RECOVERY_BUDGET_MS);
  });

  it.each(Object.entries(RECOVERY_PATHS))('holds on the path %s, a failed start included', (_name, path) => {
    expect(budgetOf(path)).toBeLessThan(RECOVERY_BUDGET_MS);
  });

  it('equals the sums of the documented paths', () => {
    const seconds = Object.entries(RECOVERY_PATHS).map(([name, path]) => [name, budgetOf(path) / 1_000]);

    expect(Object.fromEntries(seconds)).toEqual({
      lost_worker: 235,
      never_started: 235,
      lost_in_backoff: 295,
    });
  });

  it('lets the next sweep check every driver of the previous sweep', () => {
    const lastMs = (sweepTimeoutSeconds - sweepReserveSeconds) * 1_000;

    expect(lastMs + POLICY.redriveCheckMs).toBeLessThan(sweepPeriodSeconds * 1_000);
  });

  it("keeps the worker's limit below the task's, the task's below the lease, and a sweep below its period", () => {
    expect(workerTimeoutSeconds).toBeLessThan(taskTimeoutSeconds);
    expect(taskTimeoutSeconds * 1_000).toBeLessThan(POLICY.leaseMs);
    expect(sweepTimeoutSeconds).toBeLessThan(sweepPeriodSeconds);
    expect(sweepPeriodSeconds % 60).toBe(0);
  });
});
