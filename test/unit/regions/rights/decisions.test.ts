/** One decision of a keeper at a time, with the figures that it depends on. */
import { describe, expect, it } from 'vitest';
import { nextKeeperAction, type Use } from '../../../../lambdas/regions/rights/keeper.ts';
import { EMPTY_ACCOUNT, emptyLedger, type LedgerAccount } from '../../../../lambdas/regions/rights/ledger.ts';
import { emptyHead, type RightsHead } from '../../../../lambdas/regions/rights/region-item.ts';
import { ORIGINS, RESOURCE, START_MS } from './world.ts';

const [A, B] = ORIGINS;
const TURN_MS = 120_000;
const WINDOW_MS = 600_000;

interface Situation {
  /** Unspent pieces in A's only slot; A has drawn as many. */
  readonly available: number;
  readonly free?: number;
  readonly spentPieces?: number;
  readonly waiting?: Use['waiting'];
  readonly account?: Partial<LedgerAccount>;
  readonly peer?: Partial<LedgerAccount>;
  readonly head?: Partial<RightsHead>;
  readonly unknown?: readonly string[];
  readonly nowMs?: number;
}

/** What the keeper of A does. One Region serves. */
function decided(at: Situation) {
  const { available, free = 0, nowMs = START_MS } = at;
  const drawn = available;
  const accounts = {
    [A]: { ...EMPTY_ACCOUNT, drawn, deposited: drawn + free, idle: available, ...at.account },
    [B]: { ...EMPTY_ACCOUNT, ...at.peer },
  };
  const head = { ...emptyHead(RESOURCE, A, 1), drawn, deposited: drawn + free, ...at.head };
  return nextKeeperAction({
    ledger: { ...emptyLedger(RESOURCE, 1), accounts, unknown: at.unknown ?? [] },
    rights: { head, slots: [{ resource: RESOURCE, slot: 0, available, spent: 0, released: 0 }] },
    use: { spentPieces: at.spentPieces ?? 0, windowMs: WINDOW_MS, waiting: at.waiting ?? [] },
    servingRegions: 1,
    nowMs,
  });
}

describe('a keeper', () => {
  it('pays what the Region owes if it has pieces', () => {
    expect(decided({ available: 2, head: { owed: 3 } })).toEqual({ kind: 'pay_owed' });
    expect(decided({ available: 0, head: { owed: 3 } })).toEqual({ kind: 'rest' });
    expect(decided({ available: 6, head: { owed: 0 } })).toEqual({ kind: 'rest' });
  });

  it('draws up to the expected use when less than half of it is left', () => {
    expect(decided({ available: 9, free: 90, spentPieces: 20 })).toEqual({ kind: 'draw', pieces: 11 });
    expect(decided({ available: 10, free: 90, spentPieces: 20 })).toEqual({ kind: 'rest' });
  });

  it('draws no piece twice, for waiting orders and for the expected use', () => {
    expect(decided({ available: 0, free: 10, spentPieces: 20, waiting: [8] })).toEqual({
      kind: 'draw',
      pieces: 10,
    });
  });

  it('does not count its own want among the wants of others', () => {
    const account = { want: { pieces: 5, asOfMs: START_MS } };

    expect(decided({ available: 0, free: 12, account })).toEqual({ kind: 'draw', pieces: 10 });
  });

  it('draws nothing while the totals of an incarnation are unknown', () => {
    expect(decided({ available: 6, free: 90, spentPieces: 60, unknown: [B] }).kind).not.toBe('draw');
    expect(decided({ available: 6, free: 90, spentPieces: 60 }).kind).toBe('draw');
  });

  it('gives back what it does not expect to use', () => {
    const peer = { want: { pieces: 20, asOfMs: START_MS } };

    expect(decided({ available: 12, spentPieces: 5, peer })).toEqual({ kind: 'give_back', pieces: 7 });
  });
});

const wanted = (pieces: number, asOfMs: number) => ({ want: { pieces, asOfMs } });
const renewedAfter = (asOfMs: number) => decided({ available: 0, waiting: [5], account: wanted(5, asOfMs) });

describe("a keeper's report", () => {
  it('wants what waiting orders and the expected use lack', () => {
    expect(decided({ available: 0, spentPieces: 4, waiting: [5] })).toEqual({
      kind: 'report',
      want: { pieces: 9, asOfMs: START_MS },
      idle: 0,
    });
    expect(decided({ available: 0, waiting: [5], nowMs: TURN_MS / 2 })).toMatchObject({
      want: { pieces: 5, asOfMs: TURN_MS / 2 },
    });
  });

  it('withdraws a want that is met', () => {
    expect(decided({ available: 6, account: wanted(5, START_MS) })).toEqual({
      kind: 'report',
      want: { pieces: 0, asOfMs: 0 },
      idle: 6,
    });
  });

  it('is renewed after a turn, and not before', () => {
    expect(renewedAfter(START_MS - TURN_MS)).toMatchObject({ want: { pieces: 5, asOfMs: START_MS } });
    expect(renewedAfter(START_MS - TURN_MS + 1)).toEqual({ kind: 'rest' });
  });

  it('changes the pieces of a want and keeps its time', () => {
    expect(decided({ available: 0, waiting: [9], account: wanted(5, START_MS - 1) })).toMatchObject({
      want: { pieces: 9, asOfMs: START_MS - 1 },
    });
  });

  it('leaves out the pieces that waiting orders take', () => {
    expect(decided({ available: 10, waiting: [4], account: { idle: 1 } })).toEqual({
      kind: 'report',
      want: { pieces: 0, asOfMs: 0 },
      idle: 6,
    });
  });

  it.each([
    [3, 'rest'],
    [2, 'report'],
    [12, 'rest'],
    [13, 'report'],
  ])('after a report of %i unspent pieces, 6 unspent pieces are a reason to %s', (idle, kind) => {
    expect(decided({ available: 6, account: { idle } }).kind).toBe(kind);
  });
});
