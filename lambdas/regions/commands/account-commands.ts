/** Commands about an account. Values are sealed before they are passed in. */
import { accountFactSchema } from '../account/account-events.ts';
import type { AccountState } from '../account/account-fold.ts';
import type { JsonValue } from '../log/event.ts';
import {
  type CommandEnvelope,
  type CommandResult,
  type EventPart,
  planClientEvents,
  refuse,
} from './plan.ts';

/** An account as this Region sees it. */
export interface AccountView {
  readonly accountId: string;
  readonly state: AccountState;
}

const partOf = ({ accountId, state }: AccountView, type: string, payload: JsonValue): EventPart => ({
  entity: `account#${accountId}`,
  state,
  schema: accountFactSchema,
  type,
  payload,
});

const erased = (): CommandResult => refuse('erased', 'account', 'an account that is not erased');

/** Writes fields. A concurrent write in another Region does not make it refuse: both values stay visible. */
export function planFields(
  envelope: CommandEnvelope,
  account: AccountView,
  fields: Readonly<Record<string, JsonValue>>,
): CommandResult {
  if (account.state.isErased) return erased();
  if (Object.keys(fields).length === 0) return refuse('nothing_to_do', 'fields', 'at least one field');
  return planClientEvents(
    envelope,
    ['fields', account.accountId, fields],
    [partOf(account, 'account.fields_set', { fields })],
  );
}

/** Claims an address. The agreement decides whether it is free, so this command never refuses an address as taken. */
export function planEmailClaim(
  envelope: CommandEnvelope,
  account: AccountView,
  emailKey: string,
  email: JsonValue,
): CommandResult {
  if (account.state.isErased) return erased();
  return planClientEvents(
    envelope,
    ['email', account.accountId, emailKey],
    [partOf(account, 'account.email_claimed', { emailKey, email })],
  );
}

/** Erases the person. It is final. */
export function planErasure(envelope: CommandEnvelope, account: AccountView): CommandResult {
  if (account.state.isErased) return erased();
  return planClientEvents(envelope, ['erase', account.accountId], [partOf(account, 'account.erased', {})]);
}
