/** The sweep's decisions: every cell of the table is compared with independently written rules. */
import { readFile } from 'node:fs/promises';
import { describe, expect, it } from 'vitest';
import { ExecutionState } from '../../../../../lambdas/queue/contracts/lifecycle-states.ts';
import { isEnded } from '../../../../../lambdas/queue/domain/task/lifecycle.ts';
import {
  actionWithoutStatus,
  DRIVER_STATUSES,
  type DriverStatus,
  Lateness,
  RECOVERY_TABLE,
  type RecoveryAction,
} from '../../../../../lambdas/queue/domain/recovery/recovery-table.ts';
import { RECOVERY_PAGE, renderRecoveryPage } from '../../../../../tools/generate/recovery-page.ts';

const cells = Object.values(ExecutionState).flatMap((state) =>
  Object.values(Lateness).flatMap((lateness) =>
    DRIVER_STATUSES.map((status) => ({ state, lateness, status })),
  ),
);

function expectedAction(state: ExecutionState, lateness: Lateness, status: DriverStatus): RecoveryAction {
  if (isEnded(state) || lateness === 'in_time') return 'leave';
  if (state === 'running') return 'end_attempt';
  if (status === 'unstarted') return 'start';
  return status === 'running' && lateness === 'due' ? 'leave' : 'redrive';
}

describe('the recovery table', () => {
  it('has a cell for every state, lateness and status', () => {
    expect(cells).toHaveLength(5 * 3 * 7);
  });

  it.each(cells)('decides for a task that is $state and $lateness with a driver that is $status', (cell) => {
    const { state, lateness, status } = cell;

    expect(RECOVERY_TABLE[state][lateness][status]).toBe(expectedAction(state, lateness, status));
  });

  it("reads the driver's status only if the decision depends on it", () => {
    const asked = Object.values(ExecutionState).flatMap((state) =>
      Object.values(Lateness).flatMap((lateness) =>
        actionWithoutStatus(state, lateness) === undefined ? [`${state} ${lateness}`] : [],
      ),
    );

    expect(asked).toEqual(['queued due', 'queued stale', 'retryable_failed due', 'retryable_failed stale']);
  });

  it('equals the table in docs/recovery.md (otherwise run: npm run generate)', async () => {
    expect(await readFile(RECOVERY_PAGE, 'utf8')).toBe(await renderRecoveryPage());
  });
});
