/** Bugs in the rules of orders, addresses and duplicates. */
import type { ScopeBug } from './bug.ts';

const AGREEMENTS = 'lambdas/regions/agreements';

export const ORDER_BUGS: readonly ScopeBug[] = [
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
    name: 'a copy that is void before anything is decided',
    scope: 'checkout',
    file: 'lambdas/regions/order/order-copies.ts',
    find: "agreed.phase === 'ended' ? 'passed_over' : 'undecided';",
    replace: "agreed.phase === 'ended' ? 'passed_over' : 'passed_over';",
  },
  {
    name: 'a checkout that takes no piece',
    scope: 'checkout',
    file: 'lambdas/regions/commands/checkout.ts',
    find: '{ spends: spends ?? [] });',
    replace: '{ spends: [] });',
  },
  {
    name: 'an address that is given away twice',
    scope: 'email',
    file: `${AGREEMENTS}/email.ts`,
    find: "if (owner !== undefined) return refused('taken', 'accountId', 'an address that nobody owns');",
    replace: '',
  },
  {
    name: 'a duplicate that is not looked for in other carts',
    scope: 'purchase',
    file: `${AGREEMENTS}/purchase.ts`,
    find: '!other.isEnded && other.cartId !== order.cartId && isClose(other, order)',
    replace: '!other.isEnded && other.cartId === order.cartId && isClose(other, order)',
  },
  {
    name: 'an order that is let through without a record',
    scope: 'purchase',
    file: `${AGREEMENTS}/purchase.ts`,
    find: "if (own === undefined) return 'unrecorded';",
    replace: "if (own === undefined) return 'clear';",
  },
];
