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
import { type Attempt } from '../../../../lambdas/regions/agreements/item.ts';
import { codeOf, nextOf } from '../answers.ts';

const attempt: Attempt = { attemptId: 'attempt-1', generation: 1 };

const [A, B, C] = ['eu-central-1.a1', 'eu-west-1.b1', 'us-east-1.c1'] as const;
const closeAt = (read?: CloseItem): CloseContext => ({ origin: A, read, attempt });
const closing = (): CloseItem => nextOf(beginClosing(closeAt(), [C, B], true));
const LIST = { 'eu-central-1.a1#0.0': { frontier: 4, islands: [] } };

describe('closing an incarnation', () => {
  it('waits for the list of every survivor', () => {
    const one = nextOf(listHoldings(closeAt(closing()), B, LIST));
    const both = nextOf(listHoldings(closeAt(one), C, LIST));

    expect(missingLists(one.state)).toEqual([C]);
    expect(codeOf(finishClosing(closeAt(one), 0))).toBe('lists_missing');
    const closed = nextOf(finishClosing(closeAt(both), 3));
    expect(closed.state).toMatchObject({ phase: 'closed', lost: 3 });
    expect(codeOf(finishClosing(closeAt(closed), 0))).toBe('nothing_to_do');
    expect(codeOf(listHoldings(closeAt(closed), B, LIST))).toBe('not_closing');
  });

  it('does not wait for a survivor that is lost too, but for at least one survivor', () => {
    const listed = nextOf(listHoldings(closeAt(closing()), B, LIST));
    const alone = nextOf(loseSurvivor(closeAt(listed), B));

    expect(alone.state).toMatchObject({ survivors: [C], lists: {} });
    expect(codeOf(loseSurvivor(closeAt(alone), C))).toBe('no_survivor');
    expect(codeOf(loseSurvivor(closeAt(alone), B))).toBe('not_a_survivor');
    const closed = nextOf(finishClosing(closeAt(nextOf(listHoldings(closeAt(alone), C, LIST))), 'unknown'));
    expect(closed.state.lost).toBe('unknown');
  });

  it('begins once, and only for a fenced Region with survivors', () => {
    expect(codeOf(beginClosing(closeAt(), [B], false))).toBe('not_fenced');
    expect(codeOf(beginClosing(closeAt(), [], true))).toBe('no_survivor');
    expect(codeOf(beginClosing(closeAt(), [A, B], true))).toBe('no_survivor');
    expect(codeOf(beginClosing(closeAt(closing()), [B], true))).toBe('nothing_to_do');
    expect(codeOf(finishClosing(closeAt(), 0))).toBe('not_closing');
    expect(codeOf(listHoldings(closeAt(closing()), A, LIST))).toBe('not_a_survivor');
  });

  it('decides for a naming whether an event counts', () => {
    const listed = nextOf(listHoldings(closeAt(nextOf(listHoldings(closeAt(closing()), B, LIST))), C, LIST));
    const closed = nextOf(finishClosing(closeAt(listed), 0));

    expect([undefined, closing(), closed].map((item) => closingOf(item, true))).toEqual([
      'none',
      'closing',
      'listed',
    ]);
    expect(closingOf(closed, false)).toBe('unlisted');
  });
});
