/** Closed origins, as folds learn of them from the log. */
import { describe, expect, it } from 'vitest';
import type { CloseDecision } from '../../../../lambdas/regions/agreements/close.ts';
import { decidedContent } from '../../../../lambdas/regions/agreements/decided.ts';
import { foldClosings } from '../../../../lambdas/regions/folds/closings.ts';
import type { LogEvent } from '../../../../lambdas/regions/log/event.ts';
import { foldOrder } from '../../../../lambdas/regions/order/order-fold.ts';

import { closeOrigin, storedCut } from '../../../../lambdas/regions/watermarks/closing.ts';
import { valueOf } from '../log/lab.ts';
import { placed } from '../order/order-lab.ts';
import { main } from '../watermarks/naive.ts';
import { listFrom, watermarkOf } from '../watermarks/lab.ts';
import { eventOf } from './history.ts';

const CLOSED = 'a.1';
const KEY = `close#${CLOSED}`;
/** Of the lost origin, a survivor holds events 1 and 2 of one chain. */
const CUT = valueOf(
  closeOrigin(CLOSED, undefined, [
    { ...watermarkOf('b.1', { [`${CLOSED}#0.0`]: listFrom([main(1), main(2)]) }), origin: CLOSED },
  ]),
);
const closing: CloseDecision = { kind: 'closing', survivors: ['b.1'] };
const closed: CloseDecision = { kind: 'closed', cut: storedCut(CUT) };

/** Decided events with their numbers, as a survivor writes them. */
const decided = (...decisions: readonly (readonly [number: number, decision: CloseDecision])[]): LogEvent[] =>
  decisions.map(([number, decision], index) => {
    const content = decidedContent(
      { key: KEY, generation: 1 },
      { number, attemptId: `attempt-${number}`, decision: JSON.parse(JSON.stringify(decision)) },
    );
    const { commandId, type } = content;
    return eventOf({
      entity: KEY,
      at: 'b',
      seq: index + 1,
      type,
      commandId,
      payload: { ...content.payload },
    });
  });

describe('closings in the log', () => {
  it('have the cut of an origin that is closed, in any order and repeated', () => {
    const events = decided([1, closing], [2, closed]);

    expect(foldClosings(events)).toEqual(new Map([[CLOSED, CUT]]));
    expect(foldClosings([...events, ...events].toReversed())).toEqual(new Map([[CLOSED, CUT]]));
  });

  it('do not count while the origin is closing, or a decision before is missing', () => {
    expect(foldClosings(decided([1, closing])).size).toBe(0);
    expect(foldClosings(decided([2, closed])).size).toBe(0);
  });

  it('leave out events of other entities and decisions about another key', () => {
    const events = decided([1, closing], [2, closed]);
    const strangers = events.map((event) => ({ ...event, entity: 'close#c.1' }));

    expect(foldClosings(strangers).size).toBe(0);
    expect(foldClosings([placed('a1', { x: 1 })]).size).toBe(0);
  });

  it('make an order unbacked that its lost Region placed after the last listed event', () => {
    const closings = foldClosings(decided([1, closing], [2, closed]));
    const order = placed('a3', { x: 1 });
    const late = { ...order, chain: `${CLOSED}#0.0`, chainSeq: 3 };

    expect(foldOrder('o1', [{ ...late, chainSeq: 2 }], closings).copies).not.toMatchObject([
      { standing: 'unbacked' },
    ]);
    expect(foldOrder('o1', [late], closings).copies).toMatchObject([{ standing: 'unbacked' }]);
  });
});
