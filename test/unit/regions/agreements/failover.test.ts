/** A failover: its driver, its approvals and the order of its steps. */
import { describe, expect, it } from 'vitest';
import {
  APPROVAL_VALID_MS,
  DRIVER_LEASE_MS,
  DRIVER_SKEW_MS,
  evolveFailover,
  FAILOVER_STEPS,
  type FailoverContext,
  type FailoverItem,
  failoverKeyOf,
  UNOPENED,
} from '../../../../lambdas/regions/agreements/failover-state.ts';
import {
  abortFailover,
  approve,
  type Approver,
  driveFailover,
  finishAction,
  finishStep,
  mayCarryOut,
  openFailover,
  propose,
} from '../../../../lambdas/regions/agreements/failover-steps.ts';
import { restoredItem } from '../../../../lambdas/regions/agreements/rebuild.ts';
import { codeOf, nextOf } from '../answers.ts';

const START_MS = Date.UTC(2026, 2, 29, 0, 59, 30);
const KEY = failoverKeyOf('a', 1);
const [B, C] = ['eu-west-1.b1', 'us-east-1.c1'] as const;
const OPERATORS = { 'cli:arn:ada': 'ada', 'slack:U1': 'ada', 'slack:U2': 'bob' };
const ADA: Approver = { channel: 'cli', channelId: 'arn:ada', proposal: 'decide' };
const ADA_IN_SLACK: Approver = { channel: 'slack', channelId: 'U1', proposal: 'decide' };
const BOB: Approver = { channel: 'slack', channelId: 'U2', proposal: 'decide' };

const at = (read?: FailoverItem, passedMs = 0): FailoverContext => ({
  key: KEY,
  read,
  attempt: { attemptId: 'attempt-1', generation: 1 },
  nowMs: START_MS + passedMs,
});
const byB = { origin: B, fence: 1 };
const opened = (): FailoverItem => nextOf(openFailover(at(), 'a', 'ada'));
const driven = (): FailoverItem => nextOf(driveFailover(at(opened()), B));
const report = (step: (typeof FAILOVER_STEPS)[number]['name']) => ({
  step,
  proposal: step,
  evidence: 'done',
});
/** The step `decide` is proposed and waits for approval. */
const proposed = (): FailoverItem =>
  nextOf(propose(at(nextOf(finishStep(at(driven()), byB, report('detect')))), byB, 'decide'));
const approvedBy = (item: FailoverItem, ...approvers: Approver[]): FailoverItem =>
  approvers.reduce((next, approver) => nextOf(approve(at(next), approver, OPERATORS)), item);

describe('the approvals of a failover', () => {
  it('schedule 30: an approval in Slack and one by the CLI from the same person count once', () => {
    const item = approvedBy(proposed(), ADA);

    expect(codeOf(approve(at(item), ADA_IN_SLACK, OPERATORS))).toBe('approved_already at personId');
    expect(codeOf(finishStep(at(item), byB, report('decide')))).toBe('approvals_missing at approvals');
    expect(codeOf(finishStep(at(approvedBy(item, BOB)), byB, report('decide')))).toBe('accepted');
  });

  it('are accepted only from known persons and for the exact proposal', () => {
    const item = proposed();

    expect(codeOf(approve(at(item), { ...BOB, channelId: 'U9' }, OPERATORS))).toBe(
      'unknown_person at channelId',
    );
    expect(codeOf(approve(at(item), { ...BOB, proposal: 'reclaim 6, bound 0' }, OPERATORS))).toBe(
      'not_proposed at proposal',
    );
    expect(codeOf(approve(at(opened()), BOB, OPERATORS))).toBe('not_proposed at proposal');
  });

  it('are void when the proposal changes, and stay when it is repeated', () => {
    const item = approvedBy(proposed(), ADA, BOB);
    const changed = nextOf(propose(at(item), byB, 'reclaim 6, bound 6'));

    expect(changed.state.approvals).toEqual([]);
    expect(codeOf(mayCarryOut(at(changed), byB, 'reclaim 6, bound 6'))).toBe(
      'approvals_missing at approvals',
    );
    expect(codeOf(mayCarryOut(at(changed), byB, 'decide'))).toBe('not_proposed at proposal');
    expect(codeOf(propose(at(item), byB, 'decide'))).toBe('nothing_to_do at proposal');
    expect(codeOf(mayCarryOut(at(item), byB, 'decide'))).toBe('accepted');
  });

  it('are valid for an hour, and a person may approve again afterwards', () => {
    const item = approvedBy(proposed(), ADA);
    const late = nextOf(approve(at(item, APPROVAL_VALID_MS + 1), BOB, OPERATORS));

    expect(late.state.approvals.map(({ personId }) => personId)).toEqual(['bob']);
    expect(codeOf(approve(at(late, APPROVAL_VALID_MS + 1), ADA, OPERATORS))).toBe('accepted');
  });

  it('are used by the approved step', () => {
    const item = approvedBy(
      nextOf(propose(at(proposed()), byB, 'reclaim')),
      { ...ADA, proposal: 'reclaim' },
      { ...BOB, proposal: 'reclaim' },
    );
    const done = nextOf(finishAction(at(item), byB, 'reclaim', '6 pieces'));

    expect(codeOf(finishAction(at(done), byB, 'reclaim', '6 pieces'))).toBe('not_proposed at proposal');
    expect(done.state.next).toBe(item.state.next);
    expect(done.pending.at(-1)?.decision).toMatchObject({
      kind: 'action_done',
      approvedBy: [{ personId: 'ada' }, { personId: 'bob' }],
    });
  });
});

describe('the driver of a failover', () => {
  it('takes steps only in their order', () => {
    expect(codeOf(finishStep(at(driven()), byB, report('fence')))).toBe('not_next at step');
    expect(codeOf(finishStep(at(opened()), byB, report('detect')))).toBe('fence_lost at fence');
  });

  it('is replaced by a survivor after its lease and can no longer write', () => {
    const item = driven();
    const leaseMs = DRIVER_LEASE_MS + DRIVER_SKEW_MS;

    expect(codeOf(driveFailover(at(item, leaseMs - 1), C))).toBe('other_driver at leaseExpiresAtMs');
    const taken = nextOf(driveFailover(at(item, leaseMs), C));
    expect(codeOf(finishStep(at(taken), byB, report('detect')))).toBe('fence_lost at fence');
    expect(codeOf(finishStep(at(taken), { origin: C, fence: 2 }, report('detect')))).toBe('accepted');
  });

  it('keeps its fence when it extends its lease', () => {
    const renewed = nextOf(driveFailover(at(driven(), 60_000), B));

    expect(renewed.state.driver).toEqual({
      origin: B,
      fence: 1,
      leaseExpiresAtMs: START_MS + 60_000 + DRIVER_LEASE_MS,
    });
  });

  it('reaches the end through all steps, with two persons where the playbook requires them', () => {
    let item = driven();
    for (const { name, needsApproval } of FAILOVER_STEPS) {
      if (needsApproval)
        item = approvedBy(
          nextOf(propose(at(item), byB, name)),
          { ...ADA, proposal: name },
          { ...BOB, proposal: name },
        );
      item = nextOf(finishStep(at(item), byB, report(name)));
      item = { ...item, pending: [] };
    }

    expect(item.state).toMatchObject({ phase: 'done', next: FAILOVER_STEPS.length });
    expect(codeOf(driveFailover(at(item), B))).toBe('not_open at phase');
    expect(codeOf(abortFailover(at(item), 'ada', 'late'))).toBe('not_open at phase');
  });
});

describe('a failover', () => {
  it('is opened once and can be aborted', () => {
    const aborted = nextOf(abortFailover(at(proposed()), 'bob', 'false alarm'));

    expect(codeOf(openFailover(at(opened()), 'a', 'bob'))).toBe('already_open at key');
    expect(aborted.state).toMatchObject({ phase: 'aborted', approvals: [] });
    expect(codeOf(approve(at(aborted), BOB, OPERATORS))).toBe('not_open at phase');
    expect(codeOf(propose(at(aborted), byB, 'fence'))).toBe('not_open at phase');
  });

  it('continues after its last decision when the table was lost, without earlier approvals', () => {
    const item = approvedBy(proposed(), ADA);
    const records = item.pending.map((pending) => ({ generation: 1, ...pending, isSecured: true }));
    const put = restoredItem({ key: KEY, generation: 2, records, start: UNOPENED, evolve: evolveFailover });

    expect(put?.next.state).toEqual({ phase: 'running', region: 'a', next: 1, approvals: [] });
  });
});
