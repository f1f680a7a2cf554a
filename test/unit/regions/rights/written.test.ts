/** What each step writes: the items, their conditions and their versions. */
import { describe, expect, it } from 'vitest';
import {
  closeAccount,
  reclaimable,
  recountDeposits,
  settleUnknown,
} from '../../../../lambdas/regions/rights/closing.ts';
import {
  accountOf,
  EMPTY_ACCOUNT,
  emptyLedger,
  type LedgerAccount,
  type RightsLedger,
} from '../../../../lambdas/regions/rights/ledger.ts';
import { draw, freeze, report } from '../../../../lambdas/regions/rights/ledger-steps.ts';
import { adoptRegion, takeGeneration } from '../../../../lambdas/regions/rights/rebuild.ts';
import { emptyHead } from '../../../../lambdas/regions/rights/region-item.ts';
import { countDeposit, payOwed } from '../../../../lambdas/regions/rights/region-steps.ts';
import { assignLoss } from '../../../../lambdas/regions/rights/shrinkage.ts';
import { release } from '../../../../lambdas/regions/rights/spend.ts';
import { codeOf, nextOf } from '../answers.ts';
import { ORIGINS, RESOURCE } from './world.ts';

const [A, B, C] = ORIGINS;
const HEAD = emptyHead(RESOURCE, A, 1);
const ledgerWith = (accounts: Readonly<Record<string, Partial<LedgerAccount>>>): RightsLedger => ({
  ...emptyLedger(RESOURCE, 1),
  version: 7,
  accounts: Object.fromEntries(
    Object.entries(accounts).map(([origin, account]) => [origin, { ...EMPTY_ACCOUNT, ...account }]),
  ),
});
const slotsOf = (...available: readonly number[]) =>
  available.map((pieces, slot) => ({ resource: RESOURCE, slot, available: pieces, spent: 0, released: 0 }));

describe('draw', () => {
  it('reduces the want by the drawn pieces', () => {
    const ledger = ledgerWith({ [A]: { want: { pieces: 5, asOfMs: 1 } }, [B]: { deposited: 9 } });
    const wantAfter = (pieces: number) =>
      accountOf(nextOf(draw(ledger, { origin: A, epoch: 1, pieces })), A).want;

    expect(wantAfter(3)).toEqual({ pieces: 2, asOfMs: 1 });
    expect(wantAfter(7)).toEqual({ pieces: 0, asOfMs: 1 });
  });

  it('is refused under an epoch before the one that the ledger has seen', () => {
    const ledger = ledgerWith({ [A]: { epoch: 3 }, [B]: { deposited: 9 } });
    const drawUnder = (epoch: number): string => codeOf(draw(ledger, { origin: A, epoch, pieces: 1 }));

    expect([2, 3, 4].map(drawUnder)).toEqual(['fenced at epoch', 'accepted', 'accepted']);
  });
});

describe('freeze', () => {
  it.each([
    [{ epoch: 5, isFrozen: false }, 'nothing_to_do at epoch'],
    [{ epoch: 4, isFrozen: true }, 'nothing_to_do at epoch'],
    [{ epoch: 4, isFrozen: false }, 'accepted'],
    [{ epoch: 3, isFrozen: true }, 'accepted'],
    [{ epoch: 3, isFrozen: true, isClosed: true }, 'nothing_to_do at epoch'],
  ])('of epoch 4 with the account %o is %s', (account, answer) => {
    expect(codeOf(freeze(ledgerWith({ [A]: account }), A, 4))).toBe(answer);
  });
});

describe('report', () => {
  const want = { pieces: 5, asOfMs: 1 };
  const stored = ledgerWith({ [A]: { want, idle: 2 }, [C]: { isClosed: true } });

  it.each([
    [{ origin: A, want, idle: 2 }, 'nothing_to_do at want'],
    [{ origin: A, want, idle: 3 }, 'accepted'],
    [{ origin: A, want: { ...want, pieces: 6 }, idle: 2 }, 'accepted'],
    [{ origin: A, want: { ...want, asOfMs: 2 }, idle: 2 }, 'accepted'],
    [{ origin: C, want, idle: 2 }, 'origin_closed at origin'],
  ])('of %o is %s', (news, answer) => {
    expect(codeOf(report(stored, news))).toBe(answer);
  });
});

describe('takeGeneration', () => {
  it('writes the next version, on the condition of the read one', () => {
    const stored = { ...HEAD, version: 4 };

    expect(takeGeneration(stored, 2)).toEqual({
      ok: true,
      value: [
        {
          kind: 'put',
          key: 'rights#sku#4711',
          condition: { kind: 'version', version: 4 },
          next: { ...stored, generation: 2, version: 5 },
        },
      ],
    });
    expect(takeGeneration(HEAD, 2)).toMatchObject({ value: [{ condition: { kind: 'absent' } }] });
  });

  it('never goes back, and changes nothing twice', () => {
    expect([0, 1].map((generation) => codeOf(takeGeneration(HEAD, generation)))).toEqual([
      'nothing_to_do at generation',
      'nothing_to_do at generation',
    ]);
  });
});

describe('adoptRegion', () => {
  const ledger = { ...ledgerWith({}), unknown: [A, B] };
  const lost = { ...HEAD, drawn: 5, deposited: 5, writtenOff: 2 };

  it('is refused for another generation and for a known Region', () => {
    expect(codeOf(adoptRegion(ledger, { ...lost, generation: 2 }, 1))).toBe('other_generation at generation');
    expect(codeOf(adoptRegion({ ...ledger, unknown: [B] }, lost, 1))).toBe('nothing_to_do at origin');
  });

  it('assigns a loss when all totals are known, and not before', () => {
    const first = nextOf(adoptRegion(ledger, lost, 1));
    const last = nextOf(adoptRegion({ ...ledger, unknown: [A] }, lost, 1));

    expect([first.unknown, accountOf(first, A).assigned]).toEqual([[B], 0]);
    expect([last.unknown, accountOf(last, A).assigned]).toEqual([[], 2]);
  });
});

describe('payOwed', () => {
  it('takes the owed pieces from the slots', () => {
    const head = { ...HEAD, version: 4, owed: 5 };

    expect(payOwed({ head, slots: slotsOf(2, 1) })).toMatchObject({
      ok: true,
      value: [
        { condition: { kind: 'version', version: 4 }, next: { owed: 2, version: 5 } },
        { kind: 'add', key: 'rights#sku#4711/0', add: { available: -2 } },
        { kind: 'add', key: 'rights#sku#4711/1', add: { available: -1 } },
      ],
    });
    expect(codeOf(payOwed({ head, slots: [] }))).toBe('nothing_to_do at owed');
  });
});

describe('a mark', () => {
  it('says what was counted', () => {
    const deposit = {
      commandId: 'c1',
      namedEventId: 'e',
      ownEventId: 'e',
      pieces: 1,
      direction: 'in',
    } as const;

    expect(countDeposit(HEAD, deposit)).toMatchObject({
      value: [
        { key: 'rights#sku#4711!deposit:c1', condition: { kind: 'absent' }, next: { counted: 'deposit:c1' } },
        { next: { deposited: 1, version: 1 } },
      ],
    });
    expect(release({ head: HEAD, slots: [] }, { releaseId: 'r1', pieces: 2, slot: 0 })).toMatchObject({
      value: [
        { key: 'rights#sku#4711!r1', condition: { kind: 'absent' }, next: { counted: 'r1' } },
        { kind: 'put', next: { slot: 0, available: 2, released: 2 } },
      ],
    });
  });
});

describe('assignLoss', () => {
  it('reduces the reported unspent pieces by the assigned ones', () => {
    const ledger = ledgerWith({ [A]: { drawn: 10, idle: 4, deposited: 10, writtenOff: 3 } });

    expect(accountOf(assignLoss(ledger), A)).toMatchObject({ assigned: 3, idle: 1 });
  });

  it('returns a ledger without a deficit itself', () => {
    const ledger = ledgerWith({ [A]: { drawn: 10, deposited: 10 } });

    expect(assignLoss(ledger)).toBe(ledger);
  });
});

describe('the account of a closed incarnation', () => {
  const ledger = ledgerWith({ [A]: { isClosed: true, deposited: 5, writtenOff: 2, drawn: 9 } });

  it.each([
    [{ deposited: 5, writtenOff: 2 }, 'nothing_to_do at deposited'],
    [{ deposited: 4, writtenOff: 2 }, 'behind_ledger at deposited'],
    [{ deposited: 5, writtenOff: 1 }, 'behind_ledger at writtenOff'],
    [{ deposited: 5, writtenOff: 3 }, 'accepted'],
    [{ deposited: 6, writtenOff: 2 }, 'accepted'],
  ])('recounted with %o is %s', (totals, answer) => {
    expect(codeOf(recountDeposits(ledger, A, totals))).toBe(answer);
  });

  it('is closed once, and recounted only when it is closed', () => {
    expect(codeOf(closeAccount(ledger, A))).toBe('nothing_to_do at origin');
    expect(codeOf(recountDeposits(ledger, B, { deposited: 1, writtenOff: 0 }))).toBe('not_closed at origin');
  });

  it('has the pieces that its known orders did not keep', () => {
    const union = { spent: 6, released: 2, isComplete: true };

    expect(reclaimable(accountOf(ledger, A), union)).toEqual({ pieces: 5, oversellBound: 0, shortfall: 0 });
  });

  it('is settled in one write', () => {
    const totals = { deposited: 0, writtenOff: 0 };
    const union = { spent: 3, released: 0, isComplete: true };

    expect(nextOf(settleUnknown({ ...ledger, unknown: [B] }, B, totals, union)).version).toBe(8);
  });
});
