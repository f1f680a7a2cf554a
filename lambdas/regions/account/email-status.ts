/** Whether an account has the address that it claims. An agreement decides it; the fold only reads its decided events. */
import { decisionsOf } from '../folds/decided-facts.ts';
import type { Copies } from '../folds/kept.ts';
import type { AccountFact } from './account-events.ts';

/** `pending`: not decided, or the decision has not arrived yet. `owned`: by this account. `taken`: by another account. */
export type EmailStatus = 'pending' | 'owned' | 'taken';

type EmailDecision = Extract<AccountFact, { type: 'email.decided' }>['payload'];

const decidedAbout = (emailKey: string, commands: readonly Copies<AccountFact>[]): readonly EmailDecision[] =>
  commands.flatMap(([{ fact }]) =>
    fact.type === 'email.decided' && fact.payload.key === emailKey ? [fact.payload] : [],
  );

/** Status of an address. An address that was released and that nobody owns is pending again. */
export function emailStatusOf(
  accountId: string,
  emailKey: string,
  commands: readonly Copies<AccountFact>[],
): EmailStatus {
  const latest = decisionsOf(decidedAbout(emailKey, commands)).gapless.at(-1)?.decision;
  if (latest === undefined || latest.kind !== 'owned') return 'pending';
  return latest.accountId === accountId ? 'owned' : 'taken';
}
