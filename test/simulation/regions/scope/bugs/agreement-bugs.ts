/** Bugs in the agreements about effects, closings, deposits and failovers. */
import type { ScopeBug } from './bug.ts';

const RIGHTS = 'lambdas/regions/rights';
const AGREEMENTS = 'lambdas/regions/agreements';

export const AGREEMENT_BUGS: readonly ScopeBug[] = [
  {
    name: 'a write of an agreement whatever was written since the read',
    scope: 'failover-drivers',
    file: 'lambdas/regions/change.ts',
    find: "{ kind: 'version', version: read.version };",
    replace: "{ kind: 'atLeast', field: 'version', value: 1 };",
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
    find: "if (missing.length > 0) return refused('lists_missing'",
    replace: "if (missing.length > 1) return refused('lists_missing'",
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
];
