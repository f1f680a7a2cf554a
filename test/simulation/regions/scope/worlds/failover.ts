/**
 * A failover of A: B and C may drive it, each from what it read last; two persons approve, one of them in two channels; the proposal
 * changes; leases and approvals run out; B is destroyed.
 *
 * A step that needs people has two different persons for exactly what it does; steps come in their order; a driver that was replaced
 * writes nothing.
 */
import {
  APPROVAL_VALID_MS,
  DRIVER_LEASE_MS,
  DRIVER_SKEW_MS,
  FAILOVER_STEPS,
  type FailoverContext,
  type FailoverItem,
  failoverKeyOf,
  type FailoverStep,
} from '../../../../../lambdas/regions/agreements/failover-state.ts';
import {
  approve,
  driveFailover,
  finishStep,
  openFailover,
  propose,
} from '../../../../../lambdas/regions/agreements/failover-steps.ts';
import type { Step, World } from '../explore.ts';
import { keyOf, remembered } from '../parts.ts';
import { after } from '../writes.ts';

const KEY = failoverKeyOf('a', 1);
const DRIVERS = { b: 'eu-west-1.b1', c: 'us-east-1.c1' } as const;
type Name = keyof typeof DRIVERS;
const OPERATORS = { 'cli:arn:ada': 'ada', 'slack:U1': 'ada', 'slack:U2': 'bob' };
const CHANNELS = [
  { channel: 'cli', channelId: 'arn:ada' },
  { channel: 'slack', channelId: 'U1' },
  { channel: 'slack', channelId: 'U2' },
] as const;
const PROPOSALS = ['fence a', 'fence a, 2 orders at risk'] as const;
/** After this the lease is over. */
export const LEASE_OVER_MS = DRIVER_LEASE_MS + DRIVER_SKEW_MS;
/** After this the approvals are over. */
export const APPROVALS_OVER_MS = APPROVAL_VALID_MS + 1;

/** What may happen. */
export interface FailoverBudget {
  /** Times that may pass, in ms, one after another. */
  readonly passesMs: readonly number[];
  /** Whether B may drive too, and be destroyed. */
  readonly hasB: boolean;
  /** Times that a Region takes the wheel, or keeps it, in all. */
  readonly drives: number;
  readonly proposals: number;
}

interface FailoverState {
  readonly item: FailoverItem | undefined;
  readonly readByB: FailoverItem | undefined;
  readonly readByC: FailoverItem | undefined;
  /** Fence under which each took the wheel; 0: it did not. */
  readonly fenceOfB: number;
  readonly fenceOfC: number;
  readonly isBThere: boolean;
  readonly nowMs: number;
  readonly passes: number;
  readonly drives: number;
  readonly proposals: number;
  /** What each person approved last. */
  readonly approvedByAda: string;
  readonly approvedByBob: string;
  /** A driver wrote that had been replaced. */
  readonly lateWrite: string;
  /** No more faults: from here the failover has to come to its decision. */
  readonly isQuiet: boolean;
}

const contextOf = (read: FailoverItem | undefined, attemptId: string, nowMs: number): FailoverContext => ({
  key: KEY,
  read,
  attempt: { attemptId, generation: 1 },
  nowMs,
});

const START: FailoverState = {
  item: after<FailoverItem>(undefined, openFailover(contextOf(undefined, 'open', 0), 'a', 'ada')),
  readByB: undefined,
  readByC: undefined,
  fenceOfB: 0,
  fenceOfC: 0,
  isBThere: true,
  nowMs: 0,
  passes: 0,
  drives: 0,
  proposals: 0,
  approvedByAda: '',
  approvedByBob: '',
  lateWrite: '',
  isQuiet: false,
};

const driven = remembered((item: FailoverItem, read: FailoverItem, name: Name, nowMs: number) =>
  after(item, driveFailover(contextOf(read, `drive-${name}`, nowMs), DRIVERS[name])),
);

const FIELDS = {
  b: { read: 'readByB', fence: 'fenceOfB' },
  c: { read: 'readByC', fence: 'fenceOfC' },
} as const;

/** Writes of a driver, by name. */
type DriverWrite = 'propose 0' | 'propose 1' | 'finish';

function writeOf(
  context: FailoverContext,
  by: { origin: string; fence: number },
  write: DriverWrite,
): FailoverStep {
  if (write === 'propose 0') return propose(context, by, PROPOSALS[0]);
  if (write === 'propose 1') return propose(context, by, PROPOSALS[1]);
  const { next = 0, proposal = '' } = context.read?.state ?? {};
  const step = FAILOVER_STEPS[next]?.name ?? 'close';
  return finishStep(context, by, { step, proposal, evidence: proposal });
}

const wrote = remembered(
  (item: FailoverItem, read: FailoverItem, name: Name, fence: number, write: DriverWrite, nowMs: number) =>
    after(item, writeOf(contextOf(read, `${write}-${name}`, nowMs), { origin: DRIVERS[name], fence }, write)),
);

function* driverSteps(
  state: FailoverState,
  name: Name,
  budget: FailoverBudget,
): Generator<Step<FailoverState>> {
  const field = FIELDS[name];
  const { item, nowMs } = state;
  yield { says: `${name} reads`, to: { ...state, [field.read]: item } };
  const read = state[field.read];
  if (item === undefined || read === undefined) return;
  if (state.drives < budget.drives) {
    const next = driven(item, read, name, nowMs);
    if (next !== item) {
      const fence = next?.state.driver?.fence ?? 0;
      yield {
        says: `${name} drives`,
        to: { ...state, item: next, drives: state.drives + 1, [field.fence]: fence },
      };
    }
  }
  const fence = state[field.fence];
  const writes: readonly DriverWrite[] =
    state.proposals < budget.proposals ? ['finish', 'propose 0', 'propose 1'] : ['finish'];
  for (const write of writes) {
    const next = wrote(item, read, name, fence, write, nowMs);
    if (next === item) continue;
    const lateWrite = fence < Math.max(state.fenceOfB, state.fenceOfC) ? `${name} wrote` : state.lateWrite;
    const proposals = state.proposals + (write === 'finish' ? 0 : 1);
    yield { says: `${name}: ${write}`, to: { ...state, item: next, lateWrite, proposals } };
  }
}

const approved = remembered((item: FailoverItem, channel: number, proposal: string, nowMs: number) => {
  const by = CHANNELS[channel] ?? CHANNELS[0];
  return after(item, approve(contextOf(item, `approve-${channel}`, nowMs), { ...by, proposal }, OPERATORS));
});
/** People see a proposal and approve it; it may have changed since. */
function* peopleSteps(state: FailoverState): Generator<Step<FailoverState>> {
  const { item, nowMs } = state;
  if (item === undefined) return;
  for (const proposal of PROPOSALS)
    for (const channel of CHANNELS.keys()) {
      const next = approved(item, channel, proposal, nowMs);
      if (next === item) continue;
      const field = channel === 2 ? 'approvedByBob' : 'approvedByAda';
      yield {
        says: `${field.slice(-3)} approves ${proposal}`,
        to: { ...state, item: next, [field]: proposal },
      };
    }
}

const stepsDone = ({ item }: FailoverState) =>
  (item?.pending ?? []).flatMap(({ decision }) => (decision.kind === 'step_done' ? [decision] : []));

function violationsIn(state: FailoverState): readonly string[] {
  const { lateWrite } = state;
  const done = stepsDone(state);
  const wrongOrder = done.some(({ step }, at) => FAILOVER_STEPS[at]?.name !== step);
  const decide = done.find(({ step }) => step === 'decide');
  const persons = new Set(decide?.approvedBy.map(({ personId }) => personId));
  const isMeant = [state.approvedByAda, state.approvedByBob].every(
    (proposal) => proposal === decide?.evidence,
  );
  return [
    ...(lateWrite === '' ? [] : [`${lateWrite} after it was replaced`]),
    ...(wrongOrder ? ['a step out of its order'] : []),
    ...(decide !== undefined && persons.size < 2 ? ['decided without two persons'] : []),
    ...(decide !== undefined && persons.size === 2 && !isMeant
      ? ['decided something else than was approved']
      : []),
  ];
}

/** Two persons decided. */
const isOver = (state: FailoverState): boolean => stepsDone(state).some(({ step }) => step === 'decide');

/** Once it is quiet, B is gone, and C and the two persons do what is due; time passes when nothing is. */
function* quietSteps(state: FailoverState): Generator<Step<FailoverState>> {
  const budget = {
    passesMs: [],
    hasB: false,
    drives: Infinity,
    proposals: state.item?.state.proposal === undefined ? Infinity : 0,
  };
  const isUseful = ({ to }: Step<FailoverState>): boolean => keyOf(to) !== keyOf(state);
  const ofC = [...driverSteps(state, 'c', budget)].filter(isUseful);
  const byKind = (end: RegExp): Step<FailoverState> | undefined => ofC.find(({ says }) => end.test(says));
  const proposal = state.item?.state.proposal ?? '';
  const approval = [...peopleSteps(state)].find(({ says }) => says.endsWith(` approves ${proposal}`));
  const isDriver = state.item?.state.driver?.origin === DRIVERS.c;
  yield (
    byKind(/finish/) ??
    approval ??
    byKind(/reads/) ??
    byKind(/propose/) ??
    (isDriver ? undefined : byKind(/drives/)) ?? {
      says: 'time passes',
      to: { ...state, nowMs: state.nowMs + LEASE_OVER_MS, passes: state.passes + 1 },
    }
  );
}

/** The world with what may happen in it. */
export const failoverWorld = (budget: FailoverBudget): World<FailoverState> => ({
  start: START,
  *steps(state) {
    if (isOver(state)) return;
    if (state.isQuiet) return yield* quietSteps(state);
    yield {
      says: 'it is quiet from here on',
      to: { ...state, isQuiet: true, isBThere: false, readByB: undefined },
    };
    if (budget.hasB && state.isBThere) {
      yield* driverSteps(state, 'b', budget);
      yield { says: 'b is destroyed', to: { ...state, isBThere: false }, isFault: true };
    }
    yield* driverSteps(state, 'c', budget);
    yield* peopleSteps(state);
    const ms = budget.passesMs[state.passes];
    if (ms !== undefined)
      yield { says: `${ms} ms pass`, to: { ...state, nowMs: state.nowMs + ms, passes: state.passes + 1 } };
  },
  violations: violationsIn,
  isOver,
});
