/**
 * What can be decided, by kind of agreement: the schemas of the payloads of `<kind>.decided` events. The agreements' own types say what
 * each decision means, and the compiler compares both. `purchase#` decides nothing in the log: that an order is held is an event of it.
 */
import * as z from 'zod/mini';
import type { CloseDecision } from '../agreements/close.ts';
import type { DepositDecision } from '../agreements/deposit.ts';
import { type DirectoryDecision, TRAFFIC_STEPS } from '../agreements/directory.ts';
import type { EffectDecision } from '../agreements/effect-state.ts';
import type { EmailDecision } from '../agreements/email.ts';
import { FAILOVER_STEPS, type FailoverDecision } from '../agreements/failover-state.ts';
import type { OrderDecision } from '../agreements/order-state.ts';
import { nameSchema, quantitySchema } from './facts.ts';

const name = z.string();
/** In ms since 1970. */
const moment = z.int().check(z.gte(0));
const count = z.int().check(z.gte(0));
const from1 = z.int().check(z.gte(1));
const pieces = z.record(nameSchema, quantitySchema);
const kindOf = <const K extends string>(kind: K) => z.literal(kind);

const order = z.discriminatedUnion('kind', [
  z.object({
    kind: kindOf('named'),
    eventId: name,
    origin: name,
    hash: name,
    lines: pieces,
    deadlineAtMs: moment,
  }),
  z.object({
    kind: kindOf('effecting'),
    paymentId: name,
    captureDeadlineAtMs: moment,
    fulfilDeadlineAtMs: moment,
  }),
  z.object({ kind: kindOf('captured'), paymentId: name, refundLines: pieces }),
  z.object({
    kind: kindOf('claimed'),
    claimId: name,
    purpose: z.enum(['ship', 'cancel']),
    lines: pieces,
    isRefundDue: z.boolean(),
  }),
  z.object({
    kind: kindOf('ended'),
    reason: z.enum(['cancelled', 'expired', 'capture_declined']),
    commandId: name,
    returns: pieces,
  }),
  z.object({ kind: kindOf('refund_due'), paymentId: name }),
]);

const effect = z.discriminatedUnion('kind', [
  z.object({ kind: kindOf('done'), fence: from1, result: name }),
  z.object({ kind: kindOf('refused'), fence: from1, reason: name }),
  z.object({ kind: kindOf('person_needed'), fence: from1, reason: name }),
  z.object({ kind: kindOf('released_by_person'), fence: from1, personId: name, atMs: moment }),
]);

const deposit = z.object({
  kind: kindOf('named'),
  eventId: name,
  origin: name,
  direction: z.enum(['in', 'out']),
  pieces,
});

const email = z.discriminatedUnion('kind', [
  z.object({ kind: kindOf('owned'), accountId: nameSchema, eventId: name }),
  z.object({ kind: kindOf('freed'), eventId: name }),
]);

const region = z.object({
  kind: z.enum(['joined', 'fenced', 'admitted', 'shifted']),
  region: name,
  entry: z.object({
    epoch: from1,
    origin: name,
    isFenced: z.boolean(),
    trafficPercent: z.literal(TRAFFIC_STEPS),
  }),
});

const range = z.readonly(z.tuple([from1, from1]));
const close = z.discriminatedUnion('kind', [
  z.object({ kind: kindOf('closing'), survivors: z.array(name).check(z.minLength(1)) }),
  z.object({ kind: kindOf('survivor_lost'), survivor: name }),
  z.object({
    kind: kindOf('closed'),
    cut: z.object({
      kept: z.record(name, z.array(range)),
      lost: count,
      bound: z.enum(['at_most', 'unknown']),
    }),
  }),
]);

const approvedBy = z.array(z.object({ personId: name, channel: z.enum(['cli', 'slack']), atMs: moment }));
const failover = z.discriminatedUnion('kind', [
  z.object({ kind: kindOf('opened'), region: name, personId: name }),
  z.object({
    kind: kindOf('step_done'),
    step: z.enum(FAILOVER_STEPS.map((step) => step.name)),
    evidence: name,
    approvedBy,
  }),
  z.object({ kind: kindOf('action_done'), proposal: name, evidence: name, approvedBy }),
  z.object({ kind: kindOf('aborted'), personId: name, reason: name }),
]);

/** What each kind of agreement can decide. */
export interface DecisionOf {
  readonly order: OrderDecision;
  readonly effect: EffectDecision;
  readonly deposit: DepositDecision;
  readonly email: EmailDecision;
  readonly region: DirectoryDecision;
  readonly close: CloseDecision;
  readonly failover: FailoverDecision;
}

/** Schemas by kind of agreement, i.e. by what comes before the first `#` of its key. */
export const DECISION_SCHEMAS = {
  order,
  effect,
  deposit,
  email,
  region,
  close,
  failover,
} as const satisfies { readonly [K in keyof DecisionOf]: z.ZodMiniType<DecisionOf[K]> };
