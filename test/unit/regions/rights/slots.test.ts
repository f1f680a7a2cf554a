/** The slots of a Region, and the queue of Regions that want pieces. */
import { describe, expect, it } from 'vitest';
import { EMPTY_ACCOUNT, emptyLedger, type LedgerAccount } from '../../../../lambdas/regions/rights/ledger.ts';
import { emptyHead } from '../../../../lambdas/regions/rights/region-item.ts';
import { drain, putInto, rebalance } from '../../../../lambdas/regions/rights/slots.ts';
import { turns } from '../../../../lambdas/regions/rights/wants.ts';
import { ORIGINS, RESOURCE, START_MS } from './world.ts';

const [A, B, C] = ORIGINS;
const HEAD = emptyHead(RESOURCE, A, 1);
const ledgerWith = (accounts: Readonly<Record<string, Partial<LedgerAccount>>>) => ({
  ...emptyLedger(RESOURCE, 1),
  accounts: Object.fromEntries(
    Object.entries(accounts).map(([origin, account]) => [origin, { ...EMPTY_ACCOUNT, ...account }]),
  ),
});
const slotsOf = (...available: readonly number[]) =>
  available.map((pieces, slot) => ({ resource: RESOURCE, slot, available: pieces, spent: 0, released: 0 }));

describe('slots', () => {
  it('are filled where they are stored, and created where they are not', () => {
    const rights = { head: { ...HEAD, slotCount: 2 }, slots: slotsOf(3) };

    expect(putInto(rights, 0, 4)).toEqual({
      kind: 'add',
      key: 'rights#sku#4711/0',
      condition: { kind: 'atLeast', field: 'available', value: 0 },
      add: { available: 4 },
    });
    expect(putInto(rights, 1, 4)).toMatchObject({
      kind: 'put',
      condition: { kind: 'absent' },
      next: { slot: 1 },
    });
  });

  it('are emptied from the fullest on; of equal ones, the first comes first', () => {
    const taken = (pieces: number) =>
      drain(slotsOf(2, 5, 3, 5), pieces).map(({ key, add }) => [key.at(-1), add]);

    expect(taken(13)).toEqual([
      ['1', { available: -5 }],
      ['3', { available: -5 }],
      ['2', { available: -3 }],
    ]);
    expect(drain(slotsOf(5), 2)).toMatchObject([{ kind: 'add' }]);
  });

  it('are balanced from a difference of 2 pieces on', () => {
    const head = { ...HEAD, slotCount: 2 };

    expect(rebalance({ head, slots: slotsOf(1, 2) })).toEqual([]);
    expect(rebalance({ head, slots: slotsOf(0, 2) })).toMatchObject([
      { key: 'rights#sku#4711/1', add: { available: -1 } },
      { key: 'rights#sku#4711/0', add: { available: 1 } },
    ]);
  });
});

describe('turns', () => {
  const want = { pieces: 2, asOfMs: START_MS };

  it('has the Regions that want pieces, by name, the first of them by the clock', () => {
    const ledger = ledgerWith({
      [C]: { want },
      [A]: { want },
      [B]: { want: { pieces: 0, asOfMs: START_MS } },
    });
    const namesAt = (nowMs: number) => turns(ledger, nowMs, 100).map(({ origin }) => origin);
    const evenMs = Math.ceil(START_MS / 200) * 200;

    expect(namesAt(evenMs)).toEqual([A, C]);
    expect(namesAt(evenMs + 100)).toEqual([C, A]);
  });

  it('has no closed incarnation, and a want until three turns after its last renewal', () => {
    const ledger = ledgerWith({ [A]: { want }, [B]: { want, isClosed: true } });

    expect(turns(ledger, START_MS + 300, 100)).toEqual([{ origin: A, pieces: 2 }]);
    expect(turns(ledger, START_MS + 301, 100)).toEqual([]);
  });
});
