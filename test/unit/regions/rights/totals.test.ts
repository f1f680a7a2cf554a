/** The two sides of each total: deposits, draws, returns, fences and losses. */
import { describe, expect, it } from 'vitest';
import {
  accountOf,
  EMPTY_ACCOUNT,
  emptyLedger,
  freePieces,
  heldPieces,
  stockedPieces,
} from '../../../../lambdas/regions/rights/ledger.ts';
import { assignLoss } from '../../../../lambdas/regions/rights/shrinkage.ts';
import { draw, followRegion, freeze } from '../../../../lambdas/regions/rights/ledger-steps.ts';
import { availablePieces } from '../../../../lambdas/regions/rights/region-item.ts';
import {
  countDeposit,
  followLedger,
  giveBack,
  payOwed,
  resize,
} from '../../../../lambdas/regions/rights/region-steps.ts';
import { NO_USE, ORIGINS, RightsWorld, violationsOf, RESOURCE } from './world.ts';
import { codeOf } from '../answers.ts';
import { worldWith } from './drawn-world.ts';

const [A, B, C] = ORIGINS;

describe('countDeposit', () => {
  it('schedule 5: counts a deposit that two Regions accepted in the Region of the named event', () => {
    const world = new RightsWorld();
    const deposit = { commandId: 'received-1', namedEventId: `${A}#1`, pieces: 1, direction: 'in' } as const;
    const atB = countDeposit(world.rights(B).head, { ...deposit, ownEventId: `${B}#1` });

    expect(codeOf(atB)).toBe('not_named at ownEventId');
    expect(world.deposit(A, 'received-1', 1)).toBe(true);
    expect(world.deposit(B, 'received-1', 1)).toBe(false);
    for (const origin of ORIGINS) world.keep(origin, NO_USE);
    expect(stockedPieces(world.ledger())).toBe(1);
  });

  it('counts a deposit once when it is delivered twice', () => {
    const world = new RightsWorld();

    expect(world.deposit(A, 'received-1', 1)).toBe(true);
    expect(world.deposit(A, 'received-1', 1)).toBe(false);
    expect(
      codeOf(
        countDeposit(world.rights(A).head, {
          commandId: 'x',
          namedEventId: 'e',
          ownEventId: 'e',
          pieces: 1.5,
          direction: 'in',
        }),
      ),
    ).toBe('not_a_count at pieces');
  });
});

describe('the two sides of a total', () => {
  it('finish a draw whose keeper died after the write of the ledger', () => {
    const world = worldWith(1);
    world.draw(A, 3);

    expect(availablePieces(world.rights(A).slots)).toBe(12);
    expect(world.keep(A, NO_USE).kind).toBe('follow_ledger');
    expect(availablePieces(world.rights(A).slots)).toBe(15);
    expect(codeOf(followLedger(world.rights(A), world.ledger()))).toBe('nothing_to_do at drawn');
  });

  it('finish a return whose keeper died after the write of the Region', () => {
    const world = worldWith(1);
    world.giveBack(A, 5);

    expect(freePieces(world.ledger())).toBe(18);
    expect(world.keep(A, NO_USE).kind).toBe('follow_region');
    expect(freePieces(world.ledger())).toBe(23);
    expect(codeOf(followRegion(world.ledger(), world.rights(A).head))).toBe('nothing_to_do at returned');
  });

  it('schedule 10: count both a concurrent draw and a return', () => {
    const world = worldWith(1);
    const { ledger, rights } = world.read(A);

    expect(world.giveBack(A, 5, rights)).toBe(true);
    expect(world.draw(A, 2, ledger)).toBe(true);
    expect(world.carryOut(A, { kind: 'follow_region' }, { ledger, rights: world.rights(A) })).toBe(false);
    world.settle(() => NO_USE);
    expect(accountOf(world.ledger(), A)).toMatchObject({ drawn: 14, returned: 5 });
    expect(violationsOf(world)).toEqual([]);
  });

  it('refuse a leader whose total decreased because its table was restored', () => {
    const world = worldWith(1);
    world.giveBack(A, 5);
    world.keep(A, NO_USE);
    const { ledger, rights } = world.read(A);

    expect(codeOf(followRegion(ledger, { ...rights.head, returned: 4 }))).toBe('behind_ledger at returned');
    expect(codeOf(followRegion(ledger, { ...rights.head, returned: 13 }))).toBe(
      'impossible_total at returned',
    );
    expect(codeOf(followRegion(ledger, { ...rights.head, generation: 2 }))).toBe(
      'other_generation at generation',
    );
    expect(codeOf(followLedger({ ...rights, head: { ...rights.head, drawn: 13 } }, ledger))).toBe(
      'behind_region at drawn',
    );
    expect(codeOf(followLedger({ ...rights, head: { ...rights.head, assigned: 1 } }, ledger))).toBe(
      'behind_region at assigned',
    );
  });

  it('give back only unspent pieces', () => {
    const { rights } = worldWith(1).read(A);

    expect(codeOf(giveBack(rights, 13))).toBe('too_few at pieces');
    expect(codeOf(giveBack(rights, 0))).toBe('not_a_count at pieces');
    expect(codeOf(payOwed(rights))).toBe('nothing_to_do at owed');
    expect(codeOf(resize(rights.head, 1))).toBe('nothing_to_do at slotCount');
  });
});

describe('a fenced Region', () => {
  it('draws nothing under its old epoch, keeps its pieces, and draws again after its admission', () => {
    const world = worldWith(1);
    world.freeze(A);
    const drawUnder = (epoch: number): string =>
      codeOf(draw(world.ledger(), { origin: A, epoch, pieces: 1 }));

    expect([1, 2, 3].map(drawUnder)).toEqual(['fenced at epoch', 'fenced at epoch', 'accepted']);
    expect(world.spend(A, 12)).toBe(true);
    expect(world.keep(A, { ...NO_USE, waiting: [5] }).kind).not.toBe('draw');
    expect(codeOf(freeze(world.ledger(), A, 2))).toBe('nothing_to_do at epoch');
  });

  it('case 17: fenced and admitted within seconds during a draw, neither loses nor duplicates pieces', () => {
    const world = worldWith(1);
    const late = world.ledger();
    world.draw(A, 3);
    world.freeze(A);
    world.epochs[A] += 1;

    expect(world.draw(A, 3, late)).toBe(false);
    expect(world.draw(A, 2)).toBe(true);
    world.settle(() => NO_USE);
    expect(heldPieces(accountOf(world.ledger(), A))).toBe(17);
    expect(violationsOf(world)).toEqual([]);
  });

  it('cannot make its first draw either', () => {
    const world = worldWith(1);
    world.freeze(C);

    expect(codeOf(draw(world.ledger(), { origin: C, epoch: 1, pieces: 1 }))).toBe('fenced at epoch');
    expect(codeOf(draw(world.ledger(), { origin: C, epoch: 3, pieces: 19 }))).toBe('pool_short at pieces');
    expect(codeOf(draw(world.ledger(), { origin: C, epoch: 3, pieces: Number.NaN }))).toBe(
      'not_a_count at pieces',
    );
  });
});

describe('a loss', () => {
  it('schedule 17: of one piece is assigned to one Region, and any Region may record it', () => {
    const world = worldWith(1);
    for (const origin of [B, C] as const) {
      world.draw(origin, 9);
      world.keep(origin, NO_USE);
    }
    for (const origin of ORIGINS) while (world.spend(origin, 1));
    world.deposit(C, 'counted', 1, 'out');
    for (let round = 0; round < 3; round += 1) for (const origin of ORIGINS) world.keep(origin, NO_USE);

    expect(ORIGINS.map((origin) => world.rights(origin).head.owed)).toEqual([1, 0, 0]);
    expect(violationsOf(world)).toEqual([]);
  });

  it('is covered by free pieces first, then by Regions that reported unspent pieces', () => {
    const world = worldWith(1);
    world.draw(B, 18);
    world.keep(B, NO_USE);
    world.spend(B, 18);
    for (const origin of [A, B] as const)
      for (let writes = 0; writes < 3; writes += 1) world.keep(origin, NO_USE);
    world.deposit(C, 'counted', 2, 'out');
    for (let round = 0; round < 3; round += 1) for (const origin of ORIGINS) world.keep(origin, NO_USE);

    expect(ORIGINS.map((origin) => accountOf(world.ledger(), origin).assigned)).toEqual([2, 0, 0]);
    expect(availablePieces(world.rights(A).slots)).toBe(10);
  });

  it('is covered by the Region with most unspent pieces, and never by a closed incarnation', () => {
    const accounts = {
      [A]: { ...EMPTY_ACCOUNT, drawn: 20, idle: 3 },
      [B]: { ...EMPTY_ACCOUNT, drawn: 12, idle: 10 },
      [C]: { ...EMPTY_ACCOUNT, drawn: 40, isClosed: true },
    };
    const assigned = (writtenOff: number): readonly number[] => {
      const stock = { ...EMPTY_ACCOUNT, deposited: 72, writtenOff };
      const ledger = { ...emptyLedger(RESOURCE, 1), accounts: { ...accounts, stock } };
      const next = assignLoss(ledger);
      return ORIGINS.map((origin) => accountOf(next, origin).assigned);
    };

    expect(assigned(2)).toEqual([0, 2, 0]);
    expect(assigned(14)).toEqual([4, 10, 0]);
    expect(assigned(40)).toEqual([20, 12, 0]);
    expect(assigned(0)).toEqual([0, 0, 0]);
  });

  it('is covered by a fenced Region only if the others hold too few pieces', () => {
    const ledger = {
      ...emptyLedger(RESOURCE, 1),
      accounts: {
        [A]: { ...EMPTY_ACCOUNT, drawn: 20, idle: 20, isFrozen: true },
        [B]: { ...EMPTY_ACCOUNT, drawn: 12, deposited: 32, writtenOff: 15 },
      },
    };

    expect(ORIGINS.map((origin) => accountOf(assignLoss(ledger), origin).assigned)).toEqual([3, 12, 0]);
  });

  it('is paid by the next returned or drawn pieces', () => {
    const world = worldWith(1);
    world.draw(B, 18);
    world.spend(A, 12);
    world.deposit(C, 'counted', 3, 'out');
    for (let round = 0; round < 3; round += 1) world.keep(C, NO_USE);
    const { assigned } = accountOf(world.ledger(), B);

    expect(assigned).toBe(3);
    world.keep(B, NO_USE);
    expect(availablePieces(world.rights(B).slots)).toBe(15);
    expect(world.rights(B).head.owed).toBe(0);
  });
});
