/** Schemas of decided events: each decision that an agreement can make is readable, and nothing else is. */
import * as z from 'zod/mini';
import { describe, expect, it } from 'vitest';
import { decidedContent } from '../../../../lambdas/regions/agreements/decided.ts';
import { decidedFactOf } from '../../../../lambdas/regions/folds/decided-facts.ts';
import { type DecisionOf, DECISION_SCHEMAS } from '../../../../lambdas/regions/folds/decisions.ts';
import { readFact } from '../../../../lambdas/regions/folds/facts.ts';
import { eventOf } from './history.ts';

type Kind = keyof DecisionOf;
/** One decision of each sort; one that is missing does not compile. */
type Examples = {
  readonly [K in Kind]: { readonly [S in DecisionOf[K]['kind']]: DecisionOf[K] & { readonly kind: S } };
};

const entry = { epoch: 1, origin: 'a.1', isFenced: false, trafficPercent: 10 } as const;
const approvedBy = [{ personId: 'ada', channel: 'cli', atMs: 5 }] as const;
const EXAMPLES: Examples = {
  order: {
    named: { kind: 'named', eventId: 'a.1#1', origin: 'a.1', hash: 'h', lines: { x: 1 }, deadlineAtMs: 9 },
    effecting: { kind: 'effecting', paymentId: 'p', captureDeadlineAtMs: 1, fulfilDeadlineAtMs: 2 },
    captured: { kind: 'captured', paymentId: 'p', refundLines: {} },
    claimed: { kind: 'claimed', claimId: 'c', purpose: 'ship', lines: { x: 1 }, isRefundDue: false },
    ended: { kind: 'ended', reason: 'expired', commandId: 'c', returns: { x: 1 } },
    refund_due: { kind: 'refund_due', paymentId: 'p' },
  },
  effect: {
    done: { kind: 'done', fence: 1, result: 'r' },
    refused: { kind: 'refused', fence: 1, reason: 'r' },
    person_needed: { kind: 'person_needed', fence: 1, reason: 'r' },
    released_by_person: { kind: 'released_by_person', fence: 1, personId: 'ada', atMs: 5 },
  },
  deposit: {
    named: { kind: 'named', eventId: 'a.1#1', origin: 'a.1', direction: 'in', pieces: { 'sku#x': 2 } },
  },
  email: {
    owned: { kind: 'owned', accountId: 'k1', eventId: 'a.1#1' },
    freed: { kind: 'freed', eventId: 'a.1#1' },
  },
  region: {
    joined: { kind: 'joined', region: 'a', entry },
    fenced: { kind: 'fenced', region: 'a', entry },
    admitted: { kind: 'admitted', region: 'a', entry },
    shifted: { kind: 'shifted', region: 'a', entry },
  },
  close: {
    closing: { kind: 'closing', survivors: ['b.1'] },
    survivor_lost: { kind: 'survivor_lost', survivor: 'b.1' },
    closed: { kind: 'closed', cut: { kept: { 'a.1#0.0': [[1, 4]] }, lost: 0, bound: 'at_most' } },
  },
  failover: {
    opened: { kind: 'opened', region: 'a', personId: 'ada' },
    step_done: { kind: 'step_done', step: 'fence', evidence: 'e', approvedBy },
    action_done: { kind: 'action_done', proposal: 'reclaim', evidence: 'e', approvedBy },
    aborted: { kind: 'aborted', personId: 'ada', reason: 'r' },
  },
};
const ALL = Object.entries(EXAMPLES).flatMap(([kind, examples]) =>
  Object.entries(examples).map(([sort, decision]) => ({ kind, sort, decision })),
);
const schemaOf = (kind: string): z.ZodMiniType =>
  Object.entries(DECISION_SCHEMAS).find(([name]) => name === kind)?.[1] ?? z.never();
const isRead = (kind: string, decision: unknown): boolean => z.safeParse(schemaOf(kind), decision).success;

describe('schemas of decisions', () => {
  it.each(ALL)('read $sort of $kind as it was decided', ({ kind, decision }) => {
    const { type, payload } = decidedContent(
      { key: `${kind}#k`, generation: 1 },
      { number: 1, attemptId: 'a', decision: JSON.parse(JSON.stringify(decision)) },
    );
    const event = eventOf({ entity: `${kind}#k`, at: 'a', seq: 1, type, payload: { ...payload } });

    expect(readFact({ schema: decidedFactOf(type, schemaOf(kind)) }, event)?.payload.decision).toEqual(
      decision,
    );
  });

  it.each(ALL)('refuse $sort of $kind when a field is missing or of another type', ({ kind, decision }) => {
    for (const field of Object.keys(decision)) {
      const { [field]: _gone, ...rest }: Record<string, unknown> = decision;
      expect(isRead(kind, rest)).toBe(false);
      expect(isRead(kind, { ...decision, [field]: true === rest[field] ? 1 : Symbol(field) })).toBe(false);
    }
  });

  it.each(Object.keys(EXAMPLES))('refuse a decision of %s that this release does not know', (kind) => {
    expect(isRead(kind, { kind: 'of_a_newer_release' })).toBe(false);
  });
});
