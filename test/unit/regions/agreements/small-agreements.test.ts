/** Deposits, addresses, duplicates, Regions and closings, by example. */
import { describe, expect, it } from 'vitest';
import type { Put, Refusal } from '../../../../lambdas/regions/change.ts';
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
import {
  type DepositCandidate,
  type DepositItem,
  nameDeposit,
  namedTotals,
} from '../../../../lambdas/regions/agreements/deposit.ts';
import {
  admitRegion,
  type DirectoryContext,
  type DirectoryItem,
  fenceRegion,
  joinRegion,
  objectsTo,
  shiftTraffic,
} from '../../../../lambdas/regions/agreements/directory.ts';
import { owedEvents } from '../../../../lambdas/regions/agreements/decided.ts';
import {
  blankEmail,
  claimEmail,
  type EmailContext,
  type EmailItem,
  freeEmail,
} from '../../../../lambdas/regions/agreements/email.ts';
import { type Attempt, dropSecured } from '../../../../lambdas/regions/agreements/item.ts';
import {
  allowPurchase,
  duplicateVerdict,
  endPurchase,
  MAX_PURCHASES,
  type PurchaseItem,
  purchaseKeyOf,
  recordPurchase,
} from '../../../../lambdas/regions/agreements/purchase.ts';

type Step<T> =
  { readonly ok: true; readonly value: Put<T> } | { readonly ok: false; readonly refusal: Refusal };
const codeOf = (step: Step<unknown>): string => (step.ok ? 'accepted' : step.refusal.code);
const nextOf = <T>(step: Step<T>): T => (step.ok ? step.value.next : expect.fail(step.refusal.code));
const attempt: Attempt = { attemptId: 'attempt-1', generation: 1 };

const [A, B, C] = ['eu-central-1.a1', 'eu-west-1.b1', 'us-east-1.c1'] as const;
const NOON_MS = Date.UTC(2026, 2, 29, 12);
const MINUTE_MS = 60_000;

const copyAt = (origin: string, over: Partial<DepositCandidate> = {}): DepositCandidate => ({
  eventId: `${origin}#1`,
  origin,
  direction: 'in',
  pieces: { 'sku#1': 4 },
  isSecured: true,
  closing: 'none',
  ...over,
});
const nameAt = (read: DepositItem | undefined, candidate: DepositCandidate) =>
  nameDeposit('c1', read, candidate, attempt);

describe('a deposit', () => {
  it('schedule 5: names one of two copies, and the other never', () => {
    const item = nextOf(nameAt(undefined, copyAt(A)));

    expect(item.state).toMatchObject({ origin: A, pieces: { 'sku#1': 4 } });
    expect(codeOf(nameAt(item, copyAt(B)))).toBe('named_other');
    expect(codeOf(nameAt(item, copyAt(A)))).toBe('nothing_to_do');
  });

  it('is not named before its event is secured, while its origin is closing, or when nobody listed it', () => {
    expect(codeOf(nameAt(undefined, copyAt(A, { isSecured: false })))).toBe('not_secured');
    expect(codeOf(nameAt(undefined, copyAt(A, { closing: 'closing' })))).toBe('origin_closing');
    expect(codeOf(nameAt(undefined, copyAt(A, { closing: 'unlisted' })))).toBe('unbacked');
    expect(codeOf(nameAt(undefined, copyAt(A, { closing: 'listed' })))).toBe('accepted');
  });

  it('schedule 12: a return of a destroyed spender that two survivors propose is named once', () => {
    const first = nextOf(nameDeposit('return:o1#3', undefined, copyAt(B), attempt));

    expect(codeOf(nameDeposit('return:o1#3', first, copyAt(C), attempt))).toBe('named_other');
  });

  it('adds up what an origin brought in and found missing', () => {
    const items = [copyAt(A), copyAt(A, { direction: 'out', pieces: { 'sku#1': 1 } }), copyAt(B)].map(
      (copy) => nextOf(nameAt(undefined, copy)),
    );

    expect(namedTotals(items, A, 'sku#1')).toEqual({ deposited: 4, writtenOff: 1 });
    expect(namedTotals(items, A, 'sku#2')).toEqual({ deposited: 0, writtenOff: 0 });
  });
});

const emailAt = (read?: EmailItem): EmailContext => ({ addressHmac: 'ab12', read, attempt });
const accountOf = (accountId: string) => ({ accountId, eventId: `${A}#1`, isSecured: true });

describe('an e-mail address', () => {
  it('is owned by the first account, and taken for the second', () => {
    const item = nextOf(claimEmail(emailAt(), accountOf('ada')));

    expect(codeOf(claimEmail(emailAt(item), accountOf('bob')))).toBe('taken');
    expect(codeOf(claimEmail(emailAt(item), accountOf('ada')))).toBe('nothing_to_do');
    expect(codeOf(claimEmail(emailAt(), { ...accountOf('ada'), isSecured: false }))).toBe('not_secured');
  });

  it('is free again when its owner gives it up, and only then', () => {
    const item = nextOf(claimEmail(emailAt(), accountOf('ada')));
    const freed = nextOf(freeEmail(emailAt(item), 'ada', `${A}#2`));

    expect(codeOf(freeEmail(emailAt(item), 'bob', `${A}#2`))).toBe('not_owner');
    expect(codeOf(freeEmail(emailAt(freed), 'ada', `${A}#2`))).toBe('not_owner');
    expect(nextOf(claimEmail(emailAt(freed), accountOf('bob'))).state.owner?.accountId).toBe('bob');
  });

  it('tells nothing about an erased owner, once its decisions are in the log', () => {
    const item = nextOf(claimEmail(emailAt(), accountOf('ada')));
    expect(codeOf(blankEmail(emailAt(item), 'ada'))).toBe('pending_first');
    const logged = nextOf(dropSecured(item, new Set([1]), attempt));
    const blank = nextOf(blankEmail(emailAt(logged), 'ada'));

    expect(JSON.stringify(blank)).not.toContain('ada');
    expect(codeOf(blankEmail(emailAt(blank), 'ada'))).toBe('not_owner');
    expect(codeOf(claimEmail(emailAt(blank), accountOf('bob')))).toBe('accepted');
  });
});

const KEY = purchaseKeyOf('ada', 'lines');
const watchAt = (read?: PurchaseItem) => ({ key: KEY, read, attempt });
const orderAt = (orderId: string, minute: number, cartId = `cart-${orderId}`) => ({
  orderId,
  cartId,
  placedAtMs: NOON_MS + minute * MINUTE_MS,
});
const recorded = (...orders: ReturnType<typeof orderAt>[]): PurchaseItem | undefined =>
  orders.reduce<PurchaseItem | undefined>(
    (item, order) => nextOf(recordPurchase(watchAt(item), order)),
    undefined,
  );

describe('the watch for duplicate orders', () => {
  it('case 1: holds the second of two orders with the same lines from two carts', () => {
    const item = recorded(orderAt('o1', 0), orderAt('o2', 5));

    expect(duplicateVerdict(item, 'o1')).toBe('clear');
    expect(duplicateVerdict(item, 'o2')).toBe('held');
    expect(codeOf(recordPurchase(watchAt(item), orderAt('o2', 5)))).toBe('nothing_to_do');
  });

  it('schedule 20: holds an order at 12:01 that repeats one at 11:59', () => {
    expect(duplicateVerdict(recorded(orderAt('o1', -1), orderAt('o2', 1)), 'o2')).toBe('held');
  });

  it('compares both ways: an order that was placed earlier and arrives later is held too', () => {
    expect(duplicateVerdict(recorded(orderAt('o1', 20), orderAt('o2', -10)), 'o2')).toBe('held');
    expect(duplicateVerdict(recorded(orderAt('o1', 20), orderAt('o2', -11)), 'o2')).toBe('clear');
  });

  it('does not hold the same cart, an order after 30 minutes, or one that repeats an ended order', () => {
    const ended = nextOf(endPurchase(watchAt(recorded(orderAt('o1', 0))), 'o1'));

    expect(duplicateVerdict(recorded(orderAt('o1', 0, 'cart'), orderAt('o2', 1, 'cart')), 'o2')).toBe(
      'clear',
    );
    expect(duplicateVerdict(recorded(orderAt('o1', 0), orderAt('o2', 31)), 'o2')).toBe('clear');
    expect(duplicateVerdict(nextOf(recordPurchase(watchAt(ended), orderAt('o2', 1))), 'o2')).toBe('clear');
  });

  it('lets a held order through when a person allows it, or when the other one ends', () => {
    const item = recorded(orderAt('o1', 0), orderAt('o2', 5));

    expect(duplicateVerdict(nextOf(allowPurchase(watchAt(item), 'o2')), 'o2')).toBe('clear');
    expect(duplicateVerdict(nextOf(endPurchase(watchAt(item), 'o1')), 'o2')).toBe('clear');
    expect(codeOf(allowPurchase(watchAt(item), 'o3'))).toBe('not_recorded');
    expect(codeOf(allowPurchase(watchAt(nextOf(allowPurchase(watchAt(item), 'o2'))), 'o2'))).toBe(
      'nothing_to_do',
    );
  });

  it('remembers 8 orders: ended ones leave first, and one that left has to be recorded again', () => {
    const orders = Array.from({ length: MAX_PURCHASES }, (_, index) => orderAt(`o${index}`, index * 40));
    const full = nextOf(endPurchase(watchAt(recorded(...orders)), 'o3'));
    const nine = nextOf(recordPurchase(watchAt(full), orderAt('o8', 400)));
    const ten = nextOf(recordPurchase(watchAt(nine), orderAt('o9', 440)));

    expect(nine.state.purchases).toHaveLength(MAX_PURCHASES);
    expect(duplicateVerdict(nine, 'o3')).toBe('unrecorded');
    expect(duplicateVerdict(ten, 'o0')).toBe('unrecorded');
    expect(duplicateVerdict(ten, 'o1')).toBe('clear');
  });

  it('keeps an order held when the one that it repeats has left the watch', () => {
    const others = Array.from({ length: MAX_PURCHASES - 1 }, (_, index) =>
      orderAt(`p${index}`, 100 + index * 40),
    );
    const item = recorded(orderAt('o1', 0), orderAt('o2', 5), ...others);

    expect(duplicateVerdict(item, 'o1')).toBe('unrecorded');
    expect(duplicateVerdict(item, 'o2')).toBe('held');
  });
});

const directoryAt = (read?: DirectoryItem): DirectoryContext => ({ read, attempt });
const twoRegions = (): DirectoryItem => {
  const one = nextOf(joinRegion(directoryAt(), 'a', A));
  return nextOf(joinRegion(directoryAt(one), 'b', B));
};
const serving = (): DirectoryItem =>
  ([1, 10, 50, 100] as const).reduce(
    (item, share) => nextOf(shiftTraffic(directoryAt(item), 'b', share)),
    twoRegions(),
  );

describe('the directory of Regions', () => {
  it('lets the first Region serve at once, and later ones by steps', () => {
    const item = twoRegions();

    expect(item.state.regions['a']).toMatchObject({ trafficPercent: 100, epoch: 1 });
    expect(item.state.regions['b']).toMatchObject({ trafficPercent: 0, epoch: 1 });
    expect(codeOf(shiftTraffic(directoryAt(item), 'b', 10))).toBe('not_next_step');
    expect(codeOf(shiftTraffic(directoryAt(item), 'b', 0))).toBe('nothing_to_do');
    expect(codeOf(joinRegion(directoryAt(item), 'b', B))).toBe('nothing_to_do');
    expect(codeOf(shiftTraffic(directoryAt(serving()), 'a', 1))).toBe('accepted');
  });

  it('raises the epoch with each fence, admission and new incarnation, and a fenced Region gets no traffic', () => {
    const fenced = nextOf(fenceRegion(directoryAt(serving()), 'a'));
    const admitted = nextOf(admitRegion(directoryAt(fenced), 'a'));
    const rejoined = nextOf(joinRegion(directoryAt(fenced), 'a', 'eu-central-1.a2'));

    expect(fenced.state.regions['a']).toEqual({ epoch: 2, origin: A, isFenced: true, trafficPercent: 0 });
    expect(admitted.state.regions['a']).toEqual({ epoch: 3, origin: A, isFenced: false, trafficPercent: 0 });
    expect(rejoined.state.regions['a']).toMatchObject({ epoch: 3, isFenced: false, trafficPercent: 0 });
    expect(codeOf(shiftTraffic(directoryAt(fenced), 'a', 1))).toBe('fenced');
    expect(codeOf(fenceRegion(directoryAt(fenced), 'a'))).toBe('nothing_to_do');
    expect(codeOf(admitRegion(directoryAt(admitted), 'a'))).toBe('nothing_to_do');
  });

  it('schedule 16: never takes the last serving Region out of service', () => {
    const fenced = nextOf(fenceRegion(directoryAt(serving()), 'a'));

    expect(codeOf(fenceRegion(directoryAt(fenced), 'b'))).toBe('last_serving');
    expect(codeOf(shiftTraffic(directoryAt(fenced), 'b', 0))).toBe('last_serving');
    expect(codeOf(fenceRegion(directoryAt(twoRegions()), 'a'))).toBe('last_serving');
    expect(codeOf(fenceRegion(directoryAt(fenced), 'c'))).toBe('unknown_region');
    expect(codeOf(shiftTraffic(directoryAt(fenced), 'c', 1))).toBe('unknown_region');
    expect(codeOf(admitRegion(directoryAt(fenced), 'c'))).toBe('unknown_region');
  });

  it('schedule 16: a peer objects to a fenced Region, and a reading that failed is no objection', () => {
    const item = nextOf(fenceRegion(directoryAt(serving()), 'a'));

    expect(objectsTo({ kind: 'read', item }, 'a')).toBe(true);
    expect(objectsTo({ kind: 'read', item }, 'b')).toBe(false);
    expect(objectsTo({ kind: 'read', item: serving() }, 'a')).toBe(false);
    expect(objectsTo({ kind: 'read', item: undefined }, 'a')).toBe(false);
    expect(objectsTo({ kind: 'failed' }, 'a')).toBe(false);
  });

  it('schedule 22: keeps both of two moves until their events are written', () => {
    const item = nextOf(admitRegion(directoryAt(nextOf(fenceRegion(directoryAt(serving()), 'a'))), 'a'));
    const kinds = owedEvents(item).map(({ commandId, payload }) => [commandId, payload.decision]);

    expect(kinds.slice(-2)).toMatchObject([
      ['decided:region#all#7', { kind: 'fenced', region: 'a' }],
      ['decided:region#all#8', { kind: 'admitted', region: 'a' }],
    ]);
  });
});

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

  it('does not wait for a survivor that is lost too, but for one at least', () => {
    const listed = nextOf(listHoldings(closeAt(closing()), B, LIST));
    const alone = nextOf(loseSurvivor(closeAt(listed), B));

    expect(alone.state).toMatchObject({ survivors: [C], lists: {} });
    expect(codeOf(loseSurvivor(closeAt(alone), C))).toBe('no_survivor');
    expect(codeOf(loseSurvivor(closeAt(alone), B))).toBe('not_a_survivor');
    const closed = nextOf(finishClosing(closeAt(nextOf(listHoldings(closeAt(alone), C, LIST))), 'unknown'));
    expect(closed.state.lost).toBe('unknown');
  });

  it('begins for a fenced Region with survivors only, and once', () => {
    expect(codeOf(beginClosing(closeAt(), [B], false))).toBe('not_fenced');
    expect(codeOf(beginClosing(closeAt(), [], true))).toBe('no_survivor');
    expect(codeOf(beginClosing(closeAt(), [A, B], true))).toBe('no_survivor');
    expect(codeOf(beginClosing(closeAt(closing()), [B], true))).toBe('nothing_to_do');
    expect(codeOf(finishClosing(closeAt(), 0))).toBe('not_closing');
    expect(codeOf(listHoldings(closeAt(closing()), A, LIST))).toBe('not_a_survivor');
  });

  it('tells a naming whether an event counts', () => {
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
