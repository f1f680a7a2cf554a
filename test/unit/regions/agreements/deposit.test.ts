/** A deposit is named once. */
import { describe, expect, it } from 'vitest';
import {
  type DepositCandidate,
  type DepositItem,
  nameDeposit,
  namedTotals,
} from '../../../../lambdas/regions/agreements/deposit.ts';
import { type Attempt } from '../../../../lambdas/regions/agreements/item.ts';
import { codeOf, nextOf } from '../answers.ts';

const attempt: Attempt = { attemptId: 'attempt-1', generation: 1 };

const [A, B, C] = ['eu-central-1.a1', 'eu-west-1.b1', 'us-east-1.c1'] as const;
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
  it('schedule 5: names exactly one of two copies', () => {
    const item = nextOf(nameAt(undefined, copyAt(A)));

    expect(item.state).toMatchObject({ origin: A, pieces: { 'sku#1': 4 } });
    expect(codeOf(nameAt(item, copyAt(B)))).toBe('named_other at eventId');
    expect(codeOf(nameAt(item, copyAt(A)))).toBe('nothing_to_do at eventId');
  });

  it('is not named before its event is secured, while its origin is closing, or if no survivor listed it', () => {
    expect(codeOf(nameAt(undefined, copyAt(A, { isSecured: false })))).toBe('not_secured at eventId');
    expect(codeOf(nameAt(undefined, copyAt(A, { closing: 'closing' })))).toBe('origin_closing at origin');
    expect(codeOf(nameAt(undefined, copyAt(A, { closing: 'unlisted' })))).toBe('unbacked at eventId');
    expect(codeOf(nameAt(undefined, copyAt(A, { closing: 'listed' })))).toBe('accepted');
  });

  it('schedule 12: a return of a destroyed spender that two survivors propose is named once', () => {
    const first = nextOf(nameDeposit('return:o1#3', undefined, copyAt(B), attempt));

    expect(codeOf(nameDeposit('return:o1#3', first, copyAt(C), attempt))).toBe('named_other at eventId');
  });

  it('sums the pieces that an origin deposited and reported missing', () => {
    const items = [copyAt(A), copyAt(A, { direction: 'out', pieces: { 'sku#1': 1 } }), copyAt(B)].map(
      (copy) => nextOf(nameAt(undefined, copy)),
    );

    expect(namedTotals(items, A, 'sku#1')).toEqual({ deposited: 4, writtenOff: 1 });
    expect(namedTotals(items, A, 'sku#2')).toEqual({ deposited: 0, writtenOff: 0 });
  });
});
