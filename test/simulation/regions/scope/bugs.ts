/** Bugs that somebody could make in the rules of Regions. Each is planted while the module loads, and its scope must find it. */
import type { Mutation } from '../../queue/runner/mutation.ts';

/** A bug. */
export interface ScopeBug extends Mutation {
  /** What somebody would have done. */
  readonly name: string;
  /** The scope that finds it. */
  readonly scope: string;
}

const RIGHTS = 'lambdas/regions/rights';
const AGREEMENTS = 'lambdas/regions/agreements';
const WATERMARKS = 'lambdas/regions/watermarks';

/** Every planted bug. */
export const BUGS: readonly ScopeBug[] = [
  {
    name: 'a draw beyond the free pieces',
    scope: 'rights',
    file: `${RIGHTS}/ledger-steps.ts`,
    find: 'return pieces > free ? refused(',
    replace: 'return pieces > free + 1 ? refused(',
  },
  {
    name: 'a Region that follows the ledger by everything it ever drew',
    scope: 'rights',
    file: `${RIGHTS}/region-steps.ts`,
    find: 'const arrived = drawn - head.drawn;',
    replace: 'const arrived = drawn;',
  },
  {
    name: 'a head that is written whatever its version is',
    scope: 'rights',
    file: `${RIGHTS}/region-steps.ts`,
    find: 'condition: unchanged(read.version === 0 ? undefined : read),',
    replace: "condition: read.version === 0 ? unchanged(undefined) : { kind: 'atLeast', field: 'version', value: 1 },",
  },
  {
    name: 'a release without its mark',
    scope: 'rights',
    file: `${RIGHTS}/spend.ts`,
    find: 'return accepted([mark, putInto(',
    replace: 'return accepted([putInto(',
  },
  {
    name: 'a checkout that does not test the slot again',
    scope: 'rights',
    file: `${RIGHTS}/slots.ts`,
    find: "condition: { kind: 'atLeast', field: 'available', value: pieces },",
    replace: "condition: { kind: 'atLeast', field: 'available', value: 0 },",
  },
  {
    name: 'a reclaim of pieces that orders have',
    scope: 'rights-closing',
    file: `${RIGHTS}/closing.ts`,
    find: 'if (pieces > most.pieces) return',
    replace: 'if (pieces > account.drawn) return',
  },
  {
    name: 'a reclaim that trusts an incomplete union',
    scope: 'rights-closing',
    file: `${RIGHTS}/closing.ts`,
    find: 'oversellBound: isComplete ? 0 : pieces',
    replace: 'oversellBound: 0',
  },
  {
    name: 'a debt that is forgotten',
    scope: 'rights-loss',
    file: `${RIGHTS}/region-steps.ts`,
    find: 'owed: debt - paidByDraw - paidBySlots }',
    replace: 'owed: 0 }',
  },
  {
    name: 'a write of an agreement whatever was written since the read',
    scope: 'failover-drivers',
    file: 'lambdas/regions/change.ts',
    find: "{ kind: 'version', version: read.version };",
    replace: "{ kind: 'atLeast', field: 'version', value: 1 };",
  },
  {
    name: 'a second copy that is named',
    scope: 'order-claims',
    file: `${AGREEMENTS}/order-steps.ts`,
    find: "if (named !== undefined) return refused('named_other', 'eventId', named.eventId);",
    replace: '',
  },
  {
    name: 'pieces that go back while nothing is decided',
    scope: 'order-table-lost',
    file: `${AGREEMENTS}/order-returns.ts`,
    find: ": records.some(({ decision }) => decision.kind === 'ended');",
    replace: ': true;',
  },
  {
    name: 'a shipment of pieces that are cancelled',
    scope: 'order-shipping',
    file: `${AGREEMENTS}/order-steps.ts`,
    find: 'pieces > restOfLine(stored);',
    replace: 'pieces > stored.ordered;',
  },
  {
    name: 'a capture after the end that nobody refunds',
    scope: 'order-capture',
    file: `${AGREEMENTS}/order-steps.ts`,
    find: "if (state.phase === 'ended') return refundPayment(context, paymentId);",
    replace: "if (state.phase === 'ended') return refused('already_ended', 'phase', 'effecting');",
  },
  {
    name: 'an unpaid order that no sweep ends',
    scope: 'order-claims',
    file: `${AGREEMENTS}/order-sweep.ts`,
    find: "if (state === undefined || state.phase === 'open') return",
    replace: 'if (state === undefined) return',
  },
  {
    name: 'a capture without an answer that no sweep closes',
    scope: 'order-capture',
    file: `${AGREEMENTS}/order-sweep.ts`,
    find: ": closeCapture(context, state.capture?.paymentId ?? '', commandId);",
    replace: ": closeCapture(context, 'nobody', commandId);",
  },
  {
    name: 'an act on a decision that is not secured',
    scope: 'order-table-lost',
    file: `${AGREEMENTS}/item.ts`,
    find: 'item.pending.every((waiting) => waiting.number > number);',
    replace: 'item.pending.length >= 0;',
  },
  {
    name: 'an act on a decision of a lost table',
    scope: 'order-table-lost',
    file: `${AGREEMENTS}/item.ts`,
    find: 'generationOf(item, number) === generation &&',
    replace: 'generationOf(item, number) >= generation &&',
  },
  {
    name: 'a takeover that does not ask the provider',
    scope: 'effect',
    file: `${AGREEMENTS}/effect-claim.ts`,
    find: "return permission === 'apply' ? 'probe' : 'probe_only';",
    replace: "return permission === 'apply' ? 'apply' : 'probe_only';",
  },
  {
    name: 'a takeover before the lease is over',
    scope: 'effect',
    file: `${AGREEMENTS}/effect-claim.ts`,
    find: "return state.status === 'idle' || isFencedOwner ? 0 : state.leaseExpiresAtMs + EFFECT_SKEW_MS;",
    replace: 'return isFencedOwner ? 0 : state.claims - 1;',
  },
  {
    name: 'a call that its lease does not cover',
    scope: 'effect',
    file: `${AGREEMENTS}/effect-claim.ts`,
    find: 'const callBeforeMs = state.leaseExpiresAtMs - EFFECT_CALL_MS;',
    replace: 'const callBeforeMs = state.leaseExpiresAtMs + EFFECT_CALL_MS;',
  },
  {
    name: 'an answer that an earlier owner can still make wrong',
    scope: 'effect-keys',
    file: `${AGREEMENTS}/effect-report.ts`,
    find: 'const isUncertain = report.askedAtMs < certainFromMs(owned.value);',
    replace: 'const isUncertain = report.askedAtMs < 0;',
  },
  {
    name: 'a late owner that reports',
    scope: 'effect-withdrawn',
    file: `${AGREEMENTS}/effect-report.ts`,
    find: 'if (state?.fence !== fence || state.owner !== owner)',
    replace: 'if (state === undefined)',
  },
  {
    name: 'a history that counts as secured although its hash is another one',
    scope: 'watermarks-fork',
    file: `${WATERMARKS}/secured.ts`,
    find: 'return proof !== undefined && index(proof.seq) === proof.hash;',
    replace: 'return proof !== undefined;',
  },
  {
    name: 'a frontier that moves over a hole',
    scope: 'watermarks',
    file: `${WATERMARKS}/holding.ts`,
    find: 'if (last === undefined || piece.from > last.to + 1)',
    replace: 'if (last === undefined || piece.from > last.to + 2)',
  },
  {
    name: 'a lost incarnation that counts as a holder',
    scope: 'watermarks',
    file: `${WATERMARKS}/secured.ts`,
    find: 'return [...copies.present].filter(',
    replace: 'return [...new Set([...copies.present, event.origin])].filter(',
  },
  {
    name: 'a deposit that is named while its origin is being closed',
    scope: 'closing',
    file: `${AGREEMENTS}/deposit.ts`,
    find: "if (closing === 'closing')",
    replace: "if (closing === 'none' && !isSecured)",
  },
  {
    name: 'a closing that does not wait for every list',
    scope: 'closing',
    file: `${AGREEMENTS}/close.ts`,
    find: 'return missing.length > 0',
    replace: 'return missing.length > 1',
  },
  {
    name: 'a deposit that every Region counts',
    scope: 'closing',
    file: `${RIGHTS}/region-steps.ts`,
    find: 'if (namedEventId !== ownEventId) return',
    replace: 'if (namedEventId === "") return',
  },
  {
    name: 'one person who approves twice',
    scope: 'failover-approvals',
    file: `${AGREEMENTS}/failover-steps.ts`,
    find: 'return new Set(valid.map(({ personId }) => personId)).size >= 2',
    replace: 'return valid.length >= 1',
  },
  {
    name: 'approvals that stay when the proposal changes',
    scope: 'failover-approvals',
    file: `${AGREEMENTS}/failover-steps.ts`,
    find: '{ ...driven.value, proposal, approvals: [] }',
    replace: '{ ...driven.value, proposal }',
  },
  {
    name: 'a driver that goes on after it was replaced',
    scope: 'failover-drivers',
    file: `${AGREEMENTS}/failover-steps.ts`,
    find: 'return driver?.fence === by.fence && driver.origin === by.origin',
    replace: 'return driver !== undefined && by.fence > 0',
  },
  {
    name: 'a removal that takes what it had not seen',
    scope: 'cart',
    file: 'lambdas/regions/folds/context.ts',
    find: 'copies.some((copy) => hasCopy(union, copy));',
    replace: 'copies.some((copy) => hasCopy(union, copy) || union.vector.size > 0);',
  },
  {
    name: 'a command that counts once for each copy',
    scope: 'cart',
    file: 'lambdas/regions/folds/kept.ts',
    find: 'const name = rules.nameOf?.(event, fact) ?? event.commandId;',
    replace: 'const name = `${event.commandId}@${event.id}`;',
  },
  {
    name: 'a checkout whose order event does not close the cart',
    scope: 'cart',
    file: 'lambdas/regions/cart/closings.ts',
    find: "fact.type === 'cart.merged_away' || fact.type === 'order.placed';",
    replace: "fact.type === 'cart.merged_away';",
  },
  {
    name: 'concurrent sets that are decided by arrival',
    scope: 'cart-three',
    file: 'lambdas/regions/cart/cart-lines.ts',
    find: ".toSorted((a, b) => compareEvents(a.copies[0], b.copies[0])),",
    replace: ',',
  },
];
