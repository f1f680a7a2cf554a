/** One effect and two Regions: the state of the small world. */
import type {
  EffectClaim,
  EffectPermission,
  GrantedClaim,
} from '../../../../../lambdas/regions/agreements/effect-claim.ts';
import {
  EFFECT_SKEW_MS,
  type EffectContext,
  type EffectItem,
  effectKeyOf,
} from '../../../../../lambdas/regions/agreements/effect-state.ts';

const KEY = effectKeyOf('capture', 'o1');
export const REGIONS = ['a', 'b'] as const;
export type Region = (typeof REGIONS)[number];
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
export interface Worker extends Omit<GrantedClaim, 'put'> {
  readonly finding?: 'carried_out' | 'not_carried_out';
  readonly askedAtMs?: number;
  readonly isCalling: boolean;
  /** The answer to its claim was lost; it does not know yet that it owns the effect. */
  readonly lostAttempt?: string;
}

export interface EffectState {
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

export const START: EffectState = {
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

export const FIELDS = {
  a: { worker: 'a', read: 'readByA', call: 'callAUntilMs', claims: 'claimsOfA' },
  b: { worker: 'b', read: 'readByB', call: 'callBUntilMs', claims: 'claimsOfB' },
} as const;

/** Claims of a Region that are enough for the effect to come to its end, or to a person. */
export const QUIET_CLAIMS = 12;
/** Times that a lease may run out until then. */
export const QUIET_PASSES = 12;

export const clockOf = ({ nowMs }: EffectState, region: Region): number => nowMs + SKEW_MS[region];

export const contextOf = (read: EffectItem | undefined, attemptId: string, nowMs: number): EffectContext => ({
  key: KEY,
  read,
  attempt: { attemptId, generation: 1 },
  nowMs,
});
