/** Origins, contents and chains of real events for the tests of the log and of the watermarks. */
import { expect } from 'vitest';
import type { Result } from '../../../../lambdas/regions/change.ts';
import { planAccept } from '../../../../lambdas/regions/log/accept.ts';
import type { AcceptPlan, AcceptState, Draft } from '../../../../lambdas/regions/log/accept.ts';
import { sealEvent } from '../../../../lambdas/regions/log/body.ts';
import type { Place } from '../../../../lambdas/regions/log/body.ts';
import { chainOf, shardOf } from '../../../../lambdas/regions/log/chain.ts';
import { GENESIS } from '../../../../lambdas/regions/log/event.ts';
import type { EventContent, LogEvent, Origin } from '../../../../lambdas/regions/log/event.ts';
import { NOTHING_SEEN } from '../../../../lambdas/regions/log/seen.ts';
import { START_MS } from '../../../../tools/rig/fake-clock.ts';

export const A: Origin = 'eu-central-1.a1';
export const B: Origin = 'us-east-1.b1';
export const C: Origin = 'ap-northeast-1.c1';

export const CART = 'cart#c1';

/** The value of an accepted step; a refusal fails the test with its text. */
export function valueOf<T, Code extends string>(result: Result<T, Code>): T {
  if (result.ok) return result.value;
  const { code, field, expected } = result.refusal;
  return expect.fail(`refused: ${code} at ${field}, expected ${expected}`);
}

/** Code and field of a refused step. */
export function refusalOf<Code extends string>(result: Result<unknown, Code>): string {
  return result.ok ? expect.fail('accepted') : `${result.refusal.code} at ${result.refusal.field}`;
}

export const contentOf = (over: Partial<EventContent> = {}): EventContent => ({
  entity: CART,
  type: 'cart.item_added',
  schemaVersion: 1,
  commandId: 'command-1',
  seen: NOTHING_SEEN,
  payload: { sku: 'SKU-1', quantity: 2 },
  ...over,
});

export const placeOf = (over: Partial<Place> = {}): Place => ({
  origin: A,
  entitySeq: 1,
  chain: chainOf(A, shardOf(CART), 0),
  chainSeq: 1,
  hlc: { wallMs: START_MS, counter: 0 },
  prev: GENESIS,
  ...over,
});

export const eventOf = (over: Partial<EventContent> = {}, place: Partial<Place> = {}): LogEvent =>
  valueOf(sealEvent(placeOf(place), contentOf(over)));

/** A chain of `length` events of one entity, as its origin writes them. Another `salt` gives another history of the same numbers. */
export function chainOfEvents(length: number, salt = '', origin: Origin = A, entity = CART): LogEvent[] {
  const events: LogEvent[] = [];
  for (let seq = 1; seq <= length; seq += 1) {
    const place = { origin, chain: chainOf(origin, shardOf(entity), 0), entitySeq: seq, chainSeq: seq };
    const prev = events.at(-1)?.hash ?? GENESIS;
    events.push(eventOf({ entity, commandId: `command-${salt}${seq}` }, { ...place, prev }));
  }
  return events;
}

/** A Region's own numbering after its transactions. */
export class OwnState {
  readonly heads = new Map<string, AcceptPlan['heads'][number]['next']>();
  readonly tips = new Map<string, AcceptPlan['tips'][number]['next']>();
  readonly origin: Origin;

  constructor(origin: Origin) {
    this.origin = origin;
  }

  /** The state that an attempt reads. */
  read(over: Partial<AcceptState> = {}): AcceptState {
    return {
      origin: this.origin,
      nowMs: START_MS,
      lane: 0,
      heads: new Map(this.heads),
      tips: new Map(this.tips),
      ...over,
    };
  }

  /** Accepts drafts as one transaction. */
  accept(drafts: readonly Draft[], over: Partial<AcceptState> = {}): AcceptPlan {
    const plan = valueOf(planAccept(this.read(over), drafts));
    for (const { next } of plan.heads) this.heads.set(next.entity, next);
    for (const { next } of plan.tips) this.tips.set(next.chain, next);
    return plan;
  }
}

export const draftOf = (over: Partial<EventContent> = {}, more: Partial<Draft> = {}): Draft => ({
  content: contentOf(over),
  fingerprint: 'fingerprint-1',
  ...more,
});
