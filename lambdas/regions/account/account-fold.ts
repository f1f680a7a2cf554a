/** The fold of an account: a register for each field, and the e-mail address with the agreement's decision about it. */
import { compareText, type LogEvent } from '../log/event.ts';
import { type Common, commonOf } from '../folds/common.ts';
import { absorbAll, commandsOf, type Copies, type FoldRules, type Kept, nothingKept } from '../folds/kept.ts';
import { type AccountFact, accountFactSchema } from './account-events.ts';
import { emailStatusOf, type EmailStatus } from './email-status.ts';
import { type FieldWrite, type Register, registerOf } from './registers.ts';

/** The address that the person wants. */
export interface AccountEmail extends Register {
  /** Key of its agreement, `email#<HMAC>`. */
  readonly emailKey: string;
  readonly status: EmailStatus;
}

/** State of an account, computed from its events. */
export interface AccountState extends Common {
  /** Fields by name. */
  readonly fields: Readonly<Record<string, Register>>;
  /** Absent while no address was claimed. */
  readonly email?: AccountEmail;
  /** The person was erased: nobody can read the fields. */
  readonly isErased: boolean;
}

/** Events that an account reads: its own, and the decisions about the addresses that it claims. */
export const ACCOUNT_RULES: FoldRules<AccountFact> = {
  kind: 'account',
  foldVersion: 1,
  schema: accountFactSchema,
};

type Writes = Map<string, [FieldWrite, ...FieldWrite[]]>;

function addWrite(writes: Writes, field: string, write: FieldWrite): void {
  const known = writes.get(field);
  if (known === undefined) writes.set(field, [write]);
  else known.push(write);
}

/** All writes by field. */
function fieldWrites(commands: readonly Copies<AccountFact>[]): Writes {
  const writes: Writes = new Map();
  for (const copies of commands) {
    const { fact } = copies[0];
    if (fact.type !== 'account.fields_set') continue;
    for (const [field, value] of Object.entries(fact.payload.fields))
      addWrite(writes, field, { event: fact.type, value, copies });
  }
  return writes;
}

/** All claims of an address. */
const emailWrites = (
  commands: readonly Copies<AccountFact>[],
): readonly (FieldWrite & { readonly emailKey: string })[] =>
  commands.flatMap((copies) => {
    const { fact } = copies[0];
    if (fact.type !== 'account.email_claimed') return [];
    const { email, emailKey } = fact.payload;
    return [{ event: fact.type, value: email, copies, emailKey }];
  });

function emailOf(accountId: string, commands: readonly Copies<AccountFact>[]): AccountEmail | undefined {
  const [first, ...others] = emailWrites(commands);
  if (first === undefined) return undefined;
  const register = registerOf([first, ...others]);
  const { emailKey } = [first, ...others].find(({ copies }) => copies[0].id === register.id) ?? first;
  return { ...register, emailKey, status: emailStatusOf(accountId, emailKey, commands) };
}

const fieldsOf = (commands: readonly Copies<AccountFact>[]): Readonly<Record<string, Register>> =>
  Object.fromEntries(
    [...fieldWrites(commands)]
      .toSorted(([a], [b]) => compareText(a, b))
      .map(([field, writes]) => [field, registerOf(writes)]),
  );

const never = (): boolean => false;

/**
 * Computes the state from the stored events.
 * @param accountId - name of the account, without its kind
 */
export function accountState(accountId: string, kept: Kept<AccountFact>): AccountState {
  const commands = commandsOf(kept);
  const email = emailOf(accountId, commands);
  return {
    ...commonOf(kept, never),
    fields: fieldsOf(commands),
    ...(email !== undefined && { email }),
    isErased: commands.some(([{ fact }]) => fact.type === 'account.erased'),
  };
}

/** The state of an account that has these events, in any order, any number of times. */
export const foldAccount = (accountId: string, events: Iterable<LogEvent>): AccountState =>
  accountState(accountId, absorbAll(ACCOUNT_RULES, nothingKept<AccountFact>(), events));
