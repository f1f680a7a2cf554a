/**
 * One effect at a provider, two Regions that may carry it out. An owner hangs, crashes, is fenced or calls late; a claim's answer is lost;
 * the lease runs out and the other Region takes over; the permission is withdrawn; a person looks. A call that is under way reaches
 * the provider at any moment up to its time limit.
 *
 * The provider carries the effect out at most once, unless it cannot help it: then it recognises keys. What is recorded in the end
 * is what the provider did.
 */
import { decideEffect } from '../../../../../lambdas/regions/agreements/effect-report.ts';
import {
  EFFECT_LEASE_MS,
  EFFECT_SKEW_MS,
  type EffectItem,
} from '../../../../../lambdas/regions/agreements/effect-state.ts';
import type { Step, World } from '../explore.ts';
import { keyOf, remembered } from '../parts.ts';
import { after } from '../writes.ts';
import { CALLERS, callSteps, claimSteps, land, passed, pendingUntil, workerSteps } from './effect-owners.ts';
import {
  contextOf,
  type EffectBudget,
  type EffectState,
  QUIET_PASSES,
  REGIONS,
  START,
} from './effect-state.ts';

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
    if (pendingUntil(state, who) > 0)
      yield { says: `the call of ${who} arrives`, to: land(state, who, budget) };
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
    ...[...workerSteps(state, 'b')].filter(({ isFault }) => isFault !== true),
    ...[...claimSteps(state, 'b', budget)].filter(({ isFault }) => isFault !== true),
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
