/** Steps of drivers and persons in the agreement about a failover. */
import { accepted, refused, type Result } from '../change.ts';
import type { Origin } from '../log/event.ts';
import {
  type Approval,
  APPROVAL_VALID_MS,
  decideFailover,
  DRIVER_LEASE_MS,
  DRIVER_SKEW_MS,
  FAILOVER_STEPS,
  type FailoverContext,
  type FailoverRefusal,
  type FailoverState,
  type FailoverStep,
  type FailoverStepName,
  moveFailover,
} from './failover-state.ts';

/** Opens a failover of a Region. Redelivery, and a second person who opens the same one, is `already_open`. */
export const openFailover = (context: FailoverContext, region: string, personId: string): FailoverStep =>
  context.read === undefined
    ? decideFailover(context, { kind: 'opened', region, personId })
    : refused('already_open', 'key', 'a failover that is not open');

function runningState({ read }: FailoverContext): Result<FailoverState, FailoverRefusal> {
  return read?.state.phase === 'running'
    ? accepted(read.state)
    : refused('not_open', 'phase', 'a failover that is running');
}

/** Becomes or stays the driver: the present driver extends its lease, another one waits until the lease is over. */
export function driveFailover(context: FailoverContext, origin: Origin): FailoverStep {
  const running = runningState(context);
  if (!running.ok) return running;
  const { driver } = running.value;
  const isOwn = driver?.origin === origin;
  if (driver !== undefined && !isOwn && context.nowMs < driver.leaseExpiresAtMs + DRIVER_SKEW_MS)
    return refused(
      'other_driver',
      'leaseExpiresAtMs',
      `a time from ${driver.leaseExpiresAtMs + DRIVER_SKEW_MS} on`,
    );
  const fence = (driver?.fence ?? 0) + (isOwn ? 0 : 1);
  const leaseExpiresAtMs = context.nowMs + DRIVER_LEASE_MS;
  return moveFailover(context, { ...running.value, driver: { origin, fence, leaseExpiresAtMs } });
}

/** The driver that writes. */
export interface Driver {
  readonly origin: Origin;
  /** Fence under which it became the driver. */
  readonly fence: number;
}

function drivenState(context: FailoverContext, by: Driver): Result<FailoverState, FailoverRefusal> {
  const running = runningState(context);
  if (!running.ok) return running;
  const { driver } = running.value;
  return driver?.fence === by.fence && driver.origin === by.origin
    ? running
    : refused('fence_lost', 'fence', `${driver?.fence ?? 0} of ${driver?.origin ?? 'nobody'}`);
}

/**
 * Asks for approval of a step or an action, with its worst case in words and figures. The same proposal changes nothing; a different one
 * voids the approvals.
 */
export function propose(context: FailoverContext, by: Driver, proposal: string): FailoverStep {
  const driven = drivenState(context, by);
  if (!driven.ok) return driven;
  return driven.value.proposal === proposal
    ? refused('nothing_to_do', 'proposal', 'another proposal than the present one')
    : moveFailover(context, { ...driven.value, proposal, approvals: [] });
}

/** The approver, as the channel identifies them. */
export interface Approver {
  readonly channel: Approval['channel'];
  /** IAM principal of the CLI, or id of the Slack user. */
  readonly channelId: string;
  /** The exact text that the person saw. */
  readonly proposal: string;
}

/** Persons by their ids in the channels: `cli:<principal>` and `slack:<user>` → person. */
export type Operators = Readonly<Record<string, string>>;

const isValid = (approval: Approval, nowMs: number): boolean => nowMs - approval.atMs <= APPROVAL_VALID_MS;

/** Records one person's approval. The same person in another channel is the same person. */
export function approve(context: FailoverContext, by: Approver, operators: Operators): FailoverStep {
  const running = runningState(context);
  const personId = operators[`${by.channel}:${by.channelId}`];
  if (!running.ok) return running;
  if (personId === undefined) return refused('unknown_person', 'channelId', 'an operator with a person');
  const { proposal, approvals } = running.value;
  if (proposal !== by.proposal)
    return refused('not_proposed', 'proposal', proposal ?? 'a step that waits for people');
  const valid = approvals.filter((approval) => isValid(approval, context.nowMs));
  if (valid.some((approval) => approval.personId === personId))
    return refused('approved_already', 'personId', 'another person');
  const approval: Approval = { personId, channel: by.channel, atMs: context.nowMs };
  return moveFailover(context, { ...running.value, approvals: [...valid, approval] });
}

/** Approvals that count now, if they are those of two different persons for this proposal. */
function twoPersons(
  state: FailoverState,
  proposal: string,
  nowMs: number,
): Result<readonly Approval[], FailoverRefusal> {
  const valid = state.approvals.filter((approval) => isValid(approval, nowMs));
  if (state.proposal !== proposal) return refused('not_proposed', 'proposal', state.proposal ?? 'a proposal');
  return new Set(valid.map(({ personId }) => personId)).size >= 2
    ? accepted(valid)
    : refused('approvals_missing', 'approvals', 'two different persons within the last hour');
}

/** What a driver reports of a step. */
export interface StepReport {
  readonly step: FailoverStepName;
  /** The proposal that was approved; ignored for a step without approval. */
  readonly proposal: string;
  /** What the step printed. */
  readonly evidence: string;
}

/** Records that the next step is done. Refused without its approvals: the driver asks for them before it begins. */
export function finishStep(
  context: FailoverContext,
  by: Driver,
  { step, proposal, evidence }: StepReport,
): FailoverStep {
  const driven = drivenState(context, by);
  if (!driven.ok) return driven;
  const next = FAILOVER_STEPS[driven.value.next];
  if (next?.name !== step) return refused('not_next', 'step', next?.name ?? 'none');
  const approvals = next.needsApproval ? twoPersons(driven.value, proposal, context.nowMs) : accepted([]);
  return approvals.ok
    ? decideFailover(context, { kind: 'step_done', step, evidence, approvedBy: approvals.value })
    : approvals;
}

/** Whether a proposal may be carried out now: this driver has the lease, and two persons approved exactly this proposal. */
export function mayCarryOut(
  context: FailoverContext,
  by: Driver,
  proposal: string,
): Result<readonly Approval[], FailoverRefusal> {
  const driven = drivenState(context, by);
  return driven.ok ? twoPersons(driven.value, proposal, context.nowMs) : driven;
}

/** Records an approved action beside the steps, such as closing an incarnation or a reclaim with its bound. */
export function finishAction(
  context: FailoverContext,
  by: Driver,
  proposal: string,
  evidence: string,
): FailoverStep {
  const approvals = mayCarryOut(context, by, proposal);
  return approvals.ok
    ? decideFailover(context, { kind: 'action_done', proposal, evidence, approvedBy: approvals.value })
    : approvals;
}

/** Ends a failover before its last step. The effects of its steps stay; another failover can undo them. */
export function abortFailover(context: FailoverContext, personId: string, reason: string): FailoverStep {
  const running = runningState(context);
  return running.ok ? decideFailover(context, { kind: 'aborted', personId, reason }) : running;
}
