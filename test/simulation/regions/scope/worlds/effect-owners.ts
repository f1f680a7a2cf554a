/** What owners of an effect do: claim, ask, call, report, crash; and when their calls reach the provider. */
import {
  claimEffect,
  type EffectClaim,
  type EffectPermission,
  type GrantedClaim,
} from '../../../../../lambdas/regions/agreements/effect-claim.ts';
import {
  type EffectReport,
  finishEffect,
  renewEffect,
} from '../../../../../lambdas/regions/agreements/effect-report.ts';
import {
  EFFECT_CALL_MS,
  EFFECT_LEASE_MS,
  type EffectItem,
} from '../../../../../lambdas/regions/agreements/effect-state.ts';
import { recognise } from '../../../../../lambdas/regions/agreements/item.ts';
import type { Step } from '../explore.ts';
import { remembered } from '../parts.ts';
import { after } from '../writes.ts';
import {
  clockOf,
  contextOf,
  type EffectBudget,
  type EffectState,
  FIELDS,
  QUIET_CLAIMS,
  type Region,
  type Worker,
} from './effect-state.ts';

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

export function* claimSteps(
  state: EffectState,
  region: Region,
  budget: EffectBudget,
): Generator<Step<EffectState>> {
  const field = FIELDS[region];
  if (state[field.read] !== state.item)
    yield { says: `${region} reads`, to: { ...state, [field.read]: state.item } };
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
const landed = remembered((worker: Worker): Worker => ({
  ...worker,
  isCalling: false,
  finding: 'carried_out',
}));
const knowing = remembered((worker: Worker): Worker => {
  const { lostAttempt: _known, ...rest } = worker;
  return rest;
});

export function* callSteps(state: EffectState, region: Region): Generator<Step<EffectState>> {
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
  return after(
    item,
    finishEffect(contextOf(item, `report-${region}-${worker.fence}`, nowMs), by, reportOf(worker)),
  );
});
const renewed = remembered((item: EffectItem, worker: Worker, region: Region, nowMs: number) =>
  after(
    item,
    renewEffect(contextOf(item, `renew-${region}`, nowMs), { owner: `${region}.1`, fence: worker.fence }),
  ),
);

export function* workerSteps(state: EffectState, region: Region): Generator<Step<EffectState>> {
  const field = FIELDS[region];
  const worker = state[field.worker];
  const { item } = state;
  if (worker === undefined || item === undefined) return;
  const gone = { ...state, [field.worker]: undefined };
  const stray = { strayUntilMs: Math.max(state.strayUntilMs, state[field.call]), [field.call]: 0 };
  yield { says: `${region} crashes`, to: { ...gone, ...stray }, isFault: true };
  if (worker.lostAttempt !== undefined) {
    const isOwn = recognise(item, -1, worker.lostAttempt) === 'written';
    yield {
      says: `${region} recognises its claim`,
      to: { ...state, [field.worker]: isOwn ? knowing(worker) : undefined },
    };
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
export function land(state: EffectState, who: Region | 'stray', budget: EffectBudget): EffectState {
  const applied = carriedOut(state, budget);
  if (who === 'stray') return { ...state, applied, strayUntilMs: 0 };
  const field = FIELDS[who];
  const worker = state[field.worker];
  return {
    ...state,
    applied,
    [field.call]: 0,
    [field.worker]: worker === undefined ? undefined : landed(worker),
  };
}

export const pendingUntil = (state: EffectState, who: Region | 'stray'): number =>
  who === 'stray' ? state.strayUntilMs : state[FIELDS[who].call];
export const CALLERS = ['a', 'b', 'stray'] as const;

/** Time passes; calls whose limit is over have reached the provider. A stray one may also be lost. */
export function passed(state: EffectState, ms: number, budget: EffectBudget): EffectState {
  const nowMs = state.nowMs + ms;
  const over = CALLERS.filter((who) => pendingUntil(state, who) > 0 && pendingUntil(state, who) <= nowMs);
  const next = over.reduce((then, who) => land(then, who, budget), state);
  return { ...next, nowMs, passes: state.passes + 1 };
}
