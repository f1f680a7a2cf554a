/**
 * One effect at a provider, two Regions that may carry it out. An owner hangs, crashes, is fenced or calls late; a claim's answer is lost;
 * the lease runs out and the other Region takes over; the permission is withdrawn; a person looks. A call that is under way reaches
 * the provider at any moment up to its time limit.
 *
 * The provider carries the effect out at most once, unless it cannot help it: then it recognises keys. What is recorded in the end
 * is what the provider did.
 */
import {
  claimEffect,
  type EffectClaim,
  type EffectPermission,
  type GrantedClaim,
} from '../../../../../lambdas/regions/agreements/effect-claim.ts';
import {
  decideEffect,
  type EffectReport,
  finishEffect,
  renewEffect,
} from '../../../../../lambdas/regions/agreements/effect-report.ts';
import {
  EFFECT_CALL_MS,
  EFFECT_LEASE_MS,
  EFFECT_SKEW_MS,
  type EffectContext,
  type EffectItem,
  effectKeyOf,
} from '../../../../../lambdas/regions/agreements/effect-state.ts';
import { recognise } from '../../../../../lambdas/regions/agreements/item.ts';
import type { Step, World } from '../explore.ts';
import { keyOf, remembered } from '../parts.ts';
import { after } from '../writes.ts';

const KEY = effectKeyOf('capture', 'o1');
const REGIONS = ['a', 'b'] as const;
type Region = (typeof REGIONS)[number];
/** How far the clock of each Region is from the true time, in ms. */
const SKEW_MS = { a: 0, b: EFFECT_SKEW_MS - 1 } as const;

/** What may happen. */
export interface EffectBudget {
  readonly provider: EffectClaim['provider'];
  /** Claims that each Region may make. */
  readonly claims: number;
  /** Times that may pass, in ms, and how often in all. */
  readonly passesMs: readonly number[];
  readonly passes: number;
  readonly withdraws: boolean;
}

/** An owner at work in a Region: what it was granted, and what it knows. */
interface Worker extends Omit<GrantedClaim, 'put'> {
  readonly finding?: 'carried_out' | 'not_carried_out';
  readonly askedAtMs?: number;
  readonly isCalling: boolean;
  /** The answer to its claim was lost; it does not know yet that it owns the effect. */
  readonly lostAttempt?: string;
}

interface EffectState {
  readonly item: EffectItem | undefined;
  /** The item as each Region read it; a claim is made from that. */
  readonly readByA: EffectItem | undefined | 'unread';
  readonly readByB: EffectItem | undefined | 'unread';
  readonly a: Worker | undefined;
  readonly b: Worker | undefined;
  /** Calls whose owner crashed and that may still reach the provider. */
  readonly strayUntilMs: number;
  readonly callAUntilMs: number;
  readonly callBUntilMs: number;
  /** How often the provider carried it out. */
  readonly applied: number;
  readonly nowMs: number;
  readonly passes: number;
  readonly epochOfA: number;
  readonly claimsOfA: number;
  readonly claimsOfB: number;
  readonly permission: EffectPermission;
  /** No more faults, and B alone goes on: from here the effect has to come to its end. */
  readonly isQuiet: boolean;
}

const START: EffectState = {
  item: undefined,
  readByA: 'unread',
  readByB: 'unread',
  a: undefined,
  b: undefined,
  strayUntilMs: 0,
  callAUntilMs: 0,
  callBUntilMs: 0,
  applied: 0,
  nowMs: 1_000_000,
  passes: 0,
  epochOfA: 1,
  claimsOfA: 0,
  claimsOfB: 0,
  permission: 'apply',
  isQuiet: false,
};

const FIELDS = {
  a: { worker: 'a', read: 'readByA', call: 'callAUntilMs', claims: 'claimsOfA' },
  b: { worker: 'b', read: 'readByB', call: 'callBUntilMs', claims: 'claimsOfB' },
} as const;

/** Claims of a Region that are enough for the effect to come to its end, or to a person. */
const QUIET_CLAIMS = 12;
/** Times that a lease may run out until then. */
const QUIET_PASSES = 12;

const clockOf = ({ nowMs }: EffectState, region: Region): number => nowMs + SKEW_MS[region];

const contextOf = (read: EffectItem | undefined, attemptId: string, nowMs: number): EffectContext => ({
  key: KEY,
  read,
  attempt: { attemptId, generation: 1 },
  nowMs,
});

/** A claim from what was read: the item afterwards, and what was granted if it was written. */
const claimed = remembered(
  (
    item: EffectItem | undefined,
    read: EffectItem | undefined,
    region: Region,
    attemptId: string,
    nowMs: number,
    epochOfA: number,
    permission: EffectPermission,
    provider: EffectClaim['provider'],
  ) => {
    const owner = read?.state.owner;
    const step = claimEffect(contextOf(read, attemptId, nowMs), {
      owner: `${region}.1`,
      region,
      epoch: region === 'a' ? epochOfA : 1,
      isFenced: false,
      ownersPresentEpoch: owner === 'a.1' ? epochOfA : 1,
      permission,
      provider,
    });
    if (!step.ok) return { item, granted: undefined };
    const { put, ...granted } = step.value;
    const next = after(item, { ok: true, value: put });
    return next === item ? { item, granted: undefined } : { item: next, granted };
  },
);

const workerOf = (granted: Omit<GrantedClaim, 'put'>, lostAttempt?: string): Worker => ({
  ...granted,
  isCalling: false,
  ...(lostAttempt !== undefined && { lostAttempt }),
});

function* claimSteps(state: EffectState, region: Region, budget: EffectBudget): Generator<Step<EffectState>> {
  const field = FIELDS[region];
  if (state[field.read] !== state.item) yield { says: `${region} reads`, to: { ...state, [field.read]: state.item } };
  const read = state[field.read];
  const claims = state[field.claims];
  if (read === 'unread' || claims >= (state.isQuiet ? QUIET_CLAIMS : budget.claims)) return;
  const attemptId = `${region}-${claims}`;
  const { item, granted } = claimed(
    state.item,
    read,
    region,
    attemptId,
    clockOf(state, region),
    state.epochOfA,
    state.permission,
    budget.provider,
  );
  if (granted === undefined) return;
  // What this Region's earlier owner was doing goes on without anybody who waits for it.
  const strayUntilMs = Math.max(state.strayUntilMs, state[field.call]);
  const next = { ...state, item, strayUntilMs, [field.call]: 0, [field.claims]: claims + 1 };
  yield { says: `${region} claims`, to: { ...next, [field.worker]: workerOf(granted) } };
  yield {
    says: `${region} claims, its answer is lost`,
    to: { ...next, [field.worker]: workerOf(granted, attemptId) },
    isFault: true,
  };
}

/** What a worker knows after the provider answered. */
const answered = remembered((worker: Worker, applied: number, askedAtMs: number): Worker => ({
  ...worker,
  finding: applied > 0 ? 'carried_out' : 'not_carried_out',
  askedAtMs,
}));
const calling = remembered((worker: Worker): Worker => ({ ...worker, isCalling: true }));
const landed = remembered((worker: Worker): Worker => ({ ...worker, isCalling: false, finding: 'carried_out' }));
const knowing = remembered((worker: Worker): Worker => {
  const { lostAttempt: _known, ...rest } = worker;
  return rest;
});

function* callSteps(state: EffectState, region: Region): Generator<Step<EffectState>> {
  const field = FIELDS[region];
  const worker = state[field.worker];
  if (worker === undefined || worker.isCalling || worker.lostAttempt !== undefined) return;
  if (worker.begin === 'wait_for_person' || clockOf(state, region) > worker.callBeforeMs) return;
  const { nowMs, applied } = state;
  if (worker.begin !== 'apply' && worker.finding === undefined)
    yield {
      says: `${region} asks the provider`,
      to: { ...state, [field.worker]: answered(worker, applied, clockOf(state, region)) },
    };
  else if (worker.begin !== 'probe_only' && worker.finding !== 'carried_out')
    yield {
      says: `${region} calls the provider`,
      to: { ...state, [field.worker]: calling(worker), [field.call]: nowMs + EFFECT_CALL_MS },
    };
}

const reportOf = ({ begin, finding, askedAtMs = 0 }: Worker): EffectReport => {
  if (finding === 'carried_out') return { kind: 'done', result: 'ok' };
  return begin === 'probe_only'
    ? { kind: 'refused', reason: 'withdrawn', askedAtMs }
    : { kind: 'not_now', askedAtMs };
};

const reported = remembered((item: EffectItem, worker: Worker, region: Region, nowMs: number) => {
  const by = { owner: `${region}.1`, fence: worker.fence };
  return after(item, finishEffect(contextOf(item, `report-${region}-${worker.fence}`, nowMs), by, reportOf(worker)));
});
const renewed = remembered((item: EffectItem, worker: Worker, region: Region, nowMs: number) =>
  after(item, renewEffect(contextOf(item, `renew-${region}`, nowMs), { owner: `${region}.1`, fence: worker.fence })),
);

function* workerSteps(state: EffectState, region: Region): Generator<Step<EffectState>> {
  const field = FIELDS[region];
  const worker = state[field.worker];
  const { item } = state;
  if (worker === undefined || item === undefined) return;
  const gone = { ...state, [field.worker]: undefined };
  const stray = { strayUntilMs: Math.max(state.strayUntilMs, state[field.call]), [field.call]: 0 };
  yield { says: `${region} crashes`, to: { ...gone, ...stray }, isFault: true };
  if (worker.lostAttempt !== undefined) {
    const isOwn = recognise(item, -1, worker.lostAttempt) === 'written';
    yield { says: `${region} recognises its claim`, to: { ...state, [field.worker]: isOwn ? knowing(worker) : undefined } };
    return;
  }
  const now = clockOf(state, region);
  if (worker.finding !== undefined && !worker.isCalling)
    yield { says: `${region} reports`, to: { ...gone, item: reported(item, worker, region, now) } };
  if (item.state.leaseExpiresAtMs < now + EFFECT_LEASE_MS)
    yield { says: `${region} renews`, to: { ...state, item: renewed(item, worker, region, now) } };
}

/** The provider carries it out once more, unless it recognises the key. */
const carriedOut = ({ applied }: EffectState, { provider }: EffectBudget): number =>
  applied > 0 && provider.recognisesKeys ? applied : applied + 1;

/** A call reaches the provider. */
function land(state: EffectState, who: Region | 'stray', budget: EffectBudget): EffectState {
  const applied = carriedOut(state, budget);
  if (who === 'stray') return { ...state, applied, strayUntilMs: 0 };
  const field = FIELDS[who];
  const worker = state[field.worker];
  return { ...state, applied, [field.call]: 0, [field.worker]: worker === undefined ? undefined : landed(worker) };
}

const pendingUntil = (state: EffectState, who: Region | 'stray'): number =>
  who === 'stray' ? state.strayUntilMs : state[FIELDS[who].call];
const CALLERS = ['a', 'b', 'stray'] as const;

/** Time passes; calls whose limit is over have reached the provider. A stray one may also be lost. */
function passed(state: EffectState, ms: number, budget: EffectBudget): EffectState {
  const nowMs = state.nowMs + ms;
  const over = CALLERS.filter((who) => pendingUntil(state, who) > 0 && pendingUntil(state, who) <= nowMs);
  const next = over.reduce((then, who) => land(then, who, budget), state);
  return { ...next, nowMs, passes: state.passes + 1 };
}

const personSaid = remembered((item: EffectItem, applied: number, nowMs: number) =>
  after(
    item,
    decideEffect(
      contextOf(item, 'person', nowMs),
      applied > 0 ? { kind: 'done', result: 'ok' } : { kind: 'again', personId: 'ada', askedAtMs: nowMs },
    ),
  ),
);

function* worldSteps(state: EffectState, budget: EffectBudget): Generator<Step<EffectState>> {
  for (const who of CALLERS)
    if (pendingUntil(state, who) > 0) yield { says: `the call of ${who} arrives`, to: land(state, who, budget) };
  if (state.passes < budget.passes)
    for (const ms of budget.passesMs) yield { says: `${ms} ms pass`, to: passed(state, ms, budget) };
  yield* changes(state, budget);
  const { item, applied, nowMs } = state;
  if (item?.state.status === 'person_needed')
    yield { says: 'a person looks', to: { ...state, item: personSaid(item, applied, nowMs) } };
}

function* changes(state: EffectState, budget: EffectBudget): Generator<Step<EffectState>> {
  yield { says: 'it is quiet from here on', to: quietened(state) };
  if (state.epochOfA === 1) yield { says: 'a is fenced', to: { ...state, epochOfA: 2 }, isFault: true };
  if (budget.withdraws && state.permission === 'apply')
    yield { says: 'the permission is withdrawn', to: { ...state, permission: 'withdrawn' }, isFault: true };
}

/** A is silent; what it was doing at the provider goes on. */
const quietened = (state: EffectState): EffectState => ({
  ...state,
  isQuiet: true,
  a: undefined,
  readByA: 'unread',
  strayUntilMs: Math.max(state.strayUntilMs, state.callAUntilMs),
  callAUntilMs: 0,
});

/** Steps that lead to no outcome by themselves. */
const SKIPPED = /renews$|fenced$|^it is quiet/;

/** Once it is quiet, whatever can be done is done at once, and time passes when there is nothing to do. */
function* quietSteps(state: EffectState, budget: EffectBudget): Generator<Step<EffectState>> {
  const useful = [
    ...callSteps(state, 'b'),
    ...workerSteps(state, 'b').filter(({ isFault }) => isFault !== true),
    ...claimSteps(state, 'b', budget).filter(({ isFault }) => isFault !== true),
    ...worldSteps(state, { ...budget, passesMs: [], withdraws: false }),
  ].find(({ says, to }) => !SKIPPED.test(says) && keyOf(to) !== keyOf(state));
  if (useful === undefined && state.passes >= budget.passes + QUIET_PASSES) return;
  yield useful ?? { says: 'time passes', to: passed(state, EFFECT_LEASE_MS + 2 * EFFECT_SKEW_MS, budget) };
}

/** What is recorded is what the provider did. */
function violationsIn(state: EffectState): readonly string[] {
  const { applied, item } = state;
  const status = item?.state.status;
  return [
    ...(applied > 1 ? ['the effect was carried out twice'] : []),
    ...(status === 'done' && applied === 0 ? ['recorded as done, and it was not carried out'] : []),
    ...(status === 'refused' && applied > 0 ? ['recorded as refused, and it was carried out'] : []),
  ];
}

/** It has an outcome; or it is withdrawn, and nobody carried it out or still may. */
function isOver(state: EffectState): boolean {
  const { item, permission, applied } = state;
  const status = item?.state.status;
  if (status === 'done' || status === 'refused') return true;
  const isUnderWay = CALLERS.some((who) => pendingUntil(state, who) > 0);
  return permission === 'withdrawn' && item?.state.isInDoubt !== true && applied === 0 && !isUnderWay;
}

/** The world with what may happen in it. */
export const effectWorld = (budget: EffectBudget): World<EffectState> => ({
  start: START,
  *steps(state) {
    if (state.isQuiet) {
      if (!isOver(state)) yield* quietSteps(state, budget);
      return;
    }
    for (const region of REGIONS) {
      yield* claimSteps(state, region, budget);
      yield* callSteps(state, region);
      yield* workerSteps(state, region);
    }
    yield* worldSteps(state, budget);
  },
  violations: violationsIn,
  isOver,
});
