/** Bugs in the rules of rights. */
import type { ScopeBug } from './bug.ts';

const RIGHTS = 'lambdas/regions/rights';

export const RIGHTS_BUGS: readonly ScopeBug[] = [
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
    replace:
      "condition: read.version === 0 ? unchanged(undefined) : { kind: 'atLeast', field: 'version', value: 1 },",
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
];
