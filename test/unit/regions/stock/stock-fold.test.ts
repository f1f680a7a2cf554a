import { fc } from '@fast-check/vitest';
import { describe, expect, it } from 'vitest';
import { foldStock, STOCK_RULES, stockState } from '../../../../lambdas/regions/stock/stock-fold.ts';
import type { LogEvent } from '../../../../lambdas/regions/log/event.ts';
import { type EventSpec, eventOf, historyOf } from '../folds/history.ts';
import { checkOrderFree } from '../folds/order-free.ts';
import { closedA } from '../order/order-lab.ts';

type Extra = Partial<Pick<EventSpec, 'commandId' | 'wallMs'>>;

const deposit = (place: string, pieces: number, extra: Extra = {}, type = 'stock.received'): LogEvent =>
  eventOf({
    entity: 'stock#sku#1',
    at: place.slice(0, 1),
    seq: Number(place.slice(1)),
    type,
    payload: { pieces, reason: type === 'stock.received' ? 'goods' : 'damage' },
    ...extra,
  });
const named = (
  { id, origin, commandId }: Pick<LogEvent, 'id' | 'origin' | 'commandId'>,
  pieces: Record<string, number>,
  { direction = 'in', generation = 1 } = {},
): LogEvent =>
  eventOf({
    entity: `deposit#${commandId}`,
    at: 'z',
    seq: generation,
    type: 'deposit.decided',
    payload: {
      key: `deposit#${commandId}`,
      generation,
      number: 1,
      attemptId: 't',
      decision: { kind: 'named', eventId: id, origin, direction, pieces },
    },
    commandId: `decided:deposit#${commandId}#${generation}`,
  });
const fold = (...events: readonly LogEvent[]): ReturnType<typeof foldStock> => foldStock('sku#1', events);

const standing = (...events: readonly LogEvent[]): unknown =>
  foldStock('sku#1', events, closedA()).deposits.map((found) => found.standing);

describe('the deposits of a resource', () => {
  const [one, copy] = [deposit('a1', 5, { commandId: 'c' }), deposit('b1', 5, { commandId: 'c' })];

  it('do not count until one is named', () => {
    expect(fold(one, copy)).toMatchObject({
      counted: { in: 0, out: 0 },
      countedBy: {},
      deposits: [{ standing: 'candidate' }, { standing: 'candidate' }],
      voids: [],
    });
  });

  it('schedule 5: count once when two Regions accepted one command, at the origin that is named', () => {
    expect(fold(one, copy, named(copy, { 'sku#1': 5 }))).toMatchObject({
      counted: { in: 5, out: 0 },
      countedBy: { 'b.1': { in: 5, out: 0 } },
      deposits: [
        { id: 'a.1#1', standing: 'void', pieces: 5, direction: 'in', reason: 'goods' },
        { id: 'b.1#1', standing: 'count' },
      ],
    });
  });

  it('count losses separately, by origin', () => {
    const lost = deposit('a2', 2, {}, 'stock.missing');
    const decisions = [named(one, { 'sku#1': 5 }), named(lost, { 'sku#1': 2 }, { direction: 'out' })];

    expect(fold(one, lost, ...decisions)).toMatchObject({
      counted: { in: 5, out: 2 },
      countedBy: { 'a.1': { in: 5, out: 2 } },
      deposits: [{ standing: 'count' }, { direction: 'out', standing: 'count' }],
    });
  });

  it('count the return of a closed origin’s order only by its decision, and only pieces of this resource', () => {
    const back = { id: 'b.1#7', origin: 'b.1', commandId: 'return:o1#3' };

    expect(fold(named(back, { 'sku#1': 2, 'sku#2': 9 })).counted).toEqual({ in: 2, out: 0 });
    expect(fold(named(back, { 'sku#2': 9 })).counted).toEqual({ in: 0, out: 0 });
  });

  it('follow the later generation of a rebuilt table', () => {
    const decisions = [named(copy, { 'sku#1': 5 }, { generation: 2 }), named(one, { 'sku#1': 5 })];

    expect(fold(one, copy, ...decisions)).toMatchObject({
      counted: { in: 5 },
      countedBy: { 'b.1': { in: 5 } },
    });
    expect(fold(one, copy, ...decisions).countedBy).not.toHaveProperty(['a.1']);
  });

  it('are unbacked if they arrived after the closing, unless they are named', () => {
    expect(standing(one)).toEqual(['unbacked']);
    expect(standing(one, named(one, { 'sku#1': 5 }))).toEqual(['count']);
  });

  it('have the same bytes for every order, repetition, batch and snapshot', () => {
    const pieces = fc.integer({ min: 1, max: 4 });
    const draft = fc.oneof(
      pieces.map((count) => ({ type: 'stock.received', payload: { pieces: count, reason: 'goods' } })),
      pieces.map((count) => ({ type: 'stock.missing', payload: { pieces: count, reason: 'count' } })),
      fc.tuple(fc.nat({ max: 8 }), fc.constantFrom('a.1#1', 'b.1#1', 'c.1#2')).map(([command, id]) => {
        const { type, payload } = named(
          { id, origin: id.slice(0, 3), commandId: `c${command}` },
          { 'sku#1': 1 },
        );
        return { type, payload };
      }),
    );
    const subject = {
      rules: STOCK_RULES,
      stateOf: (kept: Parameters<typeof stockState>[1]) => stockState('sku#1', kept),
    };

    expect(() => checkOrderFree(subject, historyOf('stock#sku#1', draft, 10))).not.toThrow();
  });
});
