/** Bugs in watermarks and carts. */
import type { ScopeBug } from './bug.ts';

const WATERMARKS = 'lambdas/regions/watermarks';

export const LOG_BUGS: readonly ScopeBug[] = [
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
    find: 'by.propose.sort((a, b) => compareEvents(a.copies[0], b.copies[0]));',
    replace: '',
  },
];
