/**
 * The agreement about one e-mail address: at most one account owns it. The key is an HMAC; the item does not hold the address itself.
 *
 * An account's address reads `pending` until this is decided, then `owned` or `taken`.
 */
import { type Put, refused, type Result } from '../change.ts';
import type { EventId } from '../log/event.ts';
import { type AgreementItem, type Attempt, type ItemRefusal, writeMove } from './item.ts';

/** Possible decisions about an address. */
export type EmailDecision =
  /** The account owns it. */
  | { readonly kind: 'owned'; readonly accountId: string; readonly eventId: EventId }
  /** The account released it, or was erased. No account owns it. */
  | { readonly kind: 'freed'; readonly eventId: EventId };

/** State of an address. */
export interface EmailState {
  /** The owner. Absent: no account owns it. */
  readonly owner?: { readonly accountId: string; readonly eventId: EventId };
}

/** The agreement about one address. */
export type EmailItem = AgreementItem<EmailState, EmailDecision>;

/** A step of the agreement. */
export type EmailStep = Result<
  Put<EmailItem>,
  ItemRefusal | 'not_secured' | 'taken' | 'not_owner' | 'pending_first' | 'nothing_to_do'
>;

/** Input of every step. */
export interface EmailContext {
  /** HMAC of the normalised address, in lower-case hex. */
  readonly addressHmac: string;
  /** The item as a strong read found it. */
  readonly read: EmailItem | undefined;
  readonly attempt: Attempt;
}

/** Key of the agreement about an address. */
export const emailKeyOf = (addressHmac: string): string => `email#${addressHmac}`;

/** Applies a decision. */
export const evolveEmail = (_state: EmailState, decision: EmailDecision): EmailState =>
  decision.kind === 'owned' ? { owner: { accountId: decision.accountId, eventId: decision.eventId } } : {};

const decide = ({ addressHmac, read, attempt }: EmailContext, decision: EmailDecision): EmailStep =>
  writeMove(read, { key: emailKeyOf(addressHmac), state: evolveEmail({}, decision), decision }, attempt);

/** An account that wants the address. */
export interface EmailClaim {
  readonly accountId: string;
  /** The account's event that asks for it. */
  readonly eventId: EventId;
  /** Two present incarnations hold the event. */
  readonly isSecured: boolean;
}

/** Gives a free address to an account. `taken` is final for this claim. Redelivery is `nothing_to_do`. */
export function claimEmail(context: EmailContext, { accountId, eventId, isSecured }: EmailClaim): EmailStep {
  const owner = context.read?.state.owner;
  if (owner?.accountId === accountId)
    return refused('nothing_to_do', 'accountId', 'an address that it does not own');
  if (owner !== undefined) return refused('taken', 'accountId', 'an address that nobody owns');
  if (!isSecured) return refused('not_secured', 'eventId', 'an event that two incarnations hold');
  return decide(context, { kind: 'owned', accountId, eventId });
}

/** Releases an address: its owner now uses another one. Redelivery is `not_owner`. */
export function freeEmail(context: EmailContext, accountId: string, eventId: EventId): EmailStep {
  return context.read?.state.owner?.accountId === accountId
    ? decide(context, { kind: 'freed', eventId })
    : refused('not_owner', 'accountId', 'the account that owns the address');
}

/**
 * Blanks an address whose owner is erased: afterwards the item names no account and no event. Pending decisions must be secured first,
 * since their events are made from the item.
 */
export function blankEmail({ addressHmac, read, attempt }: EmailContext, accountId: string): EmailStep {
  if (read?.state.owner?.accountId !== accountId)
    return refused('not_owner', 'accountId', 'the account that owns the address');
  return read.pending.length > 0
    ? refused('pending_first', 'pending', 'no decision without a secured event')
    : writeMove(read, { key: emailKeyOf(addressHmac), state: {} }, attempt);
}
