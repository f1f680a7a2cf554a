/** Closing an incarnation permanently. */
import { describe, expect, it } from 'vitest';
import {
  beginClosing,
  type CloseContext,
  type CloseItem,
  closingOf,
  finishClosing,
  listHoldings,
  loseSurvivor,
  missingLists,
} from '../../../../lambdas/regions/agreements/close.ts';
import type { Cut } from '../../../../lambdas/regions/watermarks/closing.ts';
import { type Attempt } from '../../../../lambdas/regions/agreements/item.ts';
import { codeOf, nextOf } from '../answers.ts';

const attempt: Attempt = { attemptId: 'attempt-1', generation: 1 };

const [A, B, C] = ['eu-central-1.a1', 'eu-west-1.b1', 'us-east-1.c1'] as const;
const closeAt = (read?: CloseItem): CloseContext => ({ origin: A, read, attempt });
const closing = (): CloseItem => nextOf(beginClosing(closeAt(), [C, B], true));
const CHAIN = `${A}#0.0`;
/** The kept events: 1 to 4 of one chain. */
const cutOfA = (lost: number, bound: Cut['bound'] = 'at_most'): Cut => ({
  origin: A,
  kept: new Map([[CHAIN, [{ from: 1, to: 4 }]]]),
  lost,
  bound,
});
const STORED = { kept: { [CHAIN]: [[1, 4]] }, lost: 3, bound: 'at_most' };
const LIST = { 'eu-central-1.a1#0.0': { frontier: 4, islands: [] } };

const at = (chainSeq: number) => ({ origin: A, chain: CHAIN, chainSeq });

describe('closing an incarnation', () => {
  it('waits for the list of every survivor', () => {
    const one = nextOf(listHoldings(closeAt(closing()), B, LIST));
    const both = nextOf(listHoldings(closeAt(one), C, LIST));

    expect(missingLists(one.state)).toEqual([C]);
    expect(codeOf(finishClosing(closeAt(one), cutOfA(0)))).toBe('lists_missing at lists');
    const closed = nextOf(finishClosing(closeAt(both), cutOfA(3)));
    expect(closed.state).toMatchObject({ phase: 'closed', cut: STORED });
    expect(closed.pending.at(-1)?.decision).toEqual({ kind: 'closed', cut: STORED });
    expect(codeOf(finishClosing(closeAt(closed), cutOfA(0)))).toBe('nothing_to_do at phase');
    expect(codeOf(listHoldings(closeAt(closed), B, LIST))).toBe('not_closing at phase');
  });

  it('does not wait for a survivor that is lost too, but for at least one survivor', () => {
    const listed = nextOf(listHoldings(closeAt(closing()), B, LIST));
    const alone = nextOf(loseSurvivor(closeAt(listed), B));

    expect(alone.state).toMatchObject({ survivors: [C], lists: {} });
    expect(codeOf(loseSurvivor(closeAt(alone), C))).toBe('no_survivor at survivors');
    expect(codeOf(loseSurvivor(closeAt(alone), B))).toBe('not_a_survivor at survivor');
    const closed = nextOf(
      finishClosing(closeAt(nextOf(listHoldings(closeAt(alone), C, LIST))), cutOfA(0, 'unknown')),
    );
    expect(closed.state.cut?.bound).toBe('unknown');
  });

  it('begins once, and only for a fenced Region with survivors', () => {
    expect(codeOf(beginClosing(closeAt(), [B], false))).toBe('not_fenced at origin');
    expect(codeOf(beginClosing(closeAt(), [], true))).toBe('no_survivor at survivors');
    expect(codeOf(beginClosing(closeAt(), [A, B], true))).toBe('no_survivor at survivors');
    expect(codeOf(beginClosing(closeAt(closing()), [B], true))).toBe('nothing_to_do at phase');
    expect(codeOf(finishClosing(closeAt(), cutOfA(0)))).toBe('not_closing at phase');
    expect(codeOf(listHoldings(closeAt(closing()), A, LIST))).toBe('not_a_survivor at survivor');
  });

  it('refuses the cut of another incarnation', () => {
    const listed = nextOf(listHoldings(closeAt(nextOf(listHoldings(closeAt(closing()), B, LIST))), C, LIST));

    expect(codeOf(finishClosing(closeAt(listed), { ...cutOfA(0), origin: B }))).toBe('other_origin at cut');
  });

  it('decides for a naming whether an event counts', () => {
    const listed = nextOf(listHoldings(closeAt(nextOf(listHoldings(closeAt(closing()), B, LIST))), C, LIST));
    const closed = nextOf(finishClosing(closeAt(listed), cutOfA(0)));

    expect([undefined, closing(), closed].map((item) => closingOf(item, at(4)))).toEqual([
      'none',
      'closing',
      'listed',
    ]);
    expect(closingOf(closed, at(5))).toBe('unlisted');
    expect(closingOf(closed, { ...at(1), chain: `${A}#1.0` })).toBe('unlisted');
  });
});
