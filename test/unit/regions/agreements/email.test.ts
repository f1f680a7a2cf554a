/** An e-mail address has at most one owner. */
import { describe, expect, it } from 'vitest';
import {
  blankEmail,
  claimEmail,
  type EmailContext,
  type EmailItem,
  freeEmail,
} from '../../../../lambdas/regions/agreements/email.ts';
import { type Attempt, dropSecured } from '../../../../lambdas/regions/agreements/item.ts';
import { codeOf, nextOf } from '../answers.ts';

const attempt: Attempt = { attemptId: 'attempt-1', generation: 1 };

const A = 'eu-central-1.a1';
const emailAt = (read?: EmailItem): EmailContext => ({ addressHmac: 'ab12', read, attempt });
const accountOf = (accountId: string) => ({ accountId, eventId: `${A}#1`, isSecured: true });

describe('an e-mail address', () => {
  it('is owned by the first account, and taken for the second', () => {
    const item = nextOf(claimEmail(emailAt(), accountOf('ada')));

    expect(codeOf(claimEmail(emailAt(item), accountOf('bob')))).toBe('taken at accountId');
    expect(codeOf(claimEmail(emailAt(item), accountOf('ada')))).toBe('nothing_to_do at accountId');
    expect(codeOf(claimEmail(emailAt(), { ...accountOf('ada'), isSecured: false }))).toBe(
      'not_secured at eventId',
    );
  });

  it('is free again exactly when its owner releases it', () => {
    const item = nextOf(claimEmail(emailAt(), accountOf('ada')));
    const freed = nextOf(freeEmail(emailAt(item), 'ada', `${A}#2`));

    expect(codeOf(freeEmail(emailAt(item), 'bob', `${A}#2`))).toBe('not_owner at accountId');
    expect(codeOf(freeEmail(emailAt(freed), 'ada', `${A}#2`))).toBe('not_owner at accountId');
    expect(nextOf(claimEmail(emailAt(freed), accountOf('bob'))).state.owner?.accountId).toBe('bob');
  });

  it('holds no data of an erased owner after its decisions are in the log', () => {
    const item = nextOf(claimEmail(emailAt(), accountOf('ada')));
    expect(codeOf(blankEmail(emailAt(item), 'ada'))).toBe('pending_first at pending');
    const logged = nextOf(dropSecured(item, new Set([1]), attempt));
    const blank = nextOf(blankEmail(emailAt(logged), 'ada'));

    expect(JSON.stringify(blank)).not.toContain('ada');
    expect(codeOf(blankEmail(emailAt(blank), 'ada'))).toBe('not_owner at accountId');
    expect(codeOf(claimEmail(emailAt(blank), accountOf('bob')))).toBe('accepted');
  });
});
