/**
 * The agreement about one deposit: exactly one copy of a command that adds pieces, or reports them missing, counts. That copy is named once
 * and never changes. Only the Region that wrote the named event counts it in its rights.
 */
import { type Put, refused, type Result } from '../change.ts';
import type { EventId, Origin } from '../log/event.ts';
import { type AgreementItem, type Attempt, type ItemRefusal, writeMove } from './item.ts';

/** What is decided. */
export type DepositDecision = {
  readonly kind: 'named';
  readonly eventId: EventId;
  /** The incarnation that counts it. */
  readonly origin: Origin;
  /** `in`: goods received, a voucher issued, a return. `out`: goods that turned out to be missing. */
  readonly direction: 'in' | 'out';
  /** Pieces by resource, each at least 1. */
  readonly pieces: Readonly<Record<string, number>>;
};

/** The agreement about one deposit. */
export type DepositItem = AgreementItem<Omit<DepositDecision, 'kind'>, DepositDecision>;

/** Applies the decision: the state is the named copy. */
export const evolveDeposit = (
  _before: Omit<DepositDecision, 'kind'> | undefined,
  { kind: _named, ...state }: DepositDecision,
): Omit<DepositDecision, 'kind'> => state;

/** A copy of the command's event that a Region proposes. */
export interface DepositCandidate {
  readonly eventId: EventId;
  readonly origin: Origin;
  readonly direction: 'in' | 'out';
  readonly pieces: Readonly<Record<string, number>>;
  /** Two present incarnations hold it. */
  readonly isSecured: boolean;
  /** `close#` of the origin, read strongly and after the event. `unlisted`: closed, and no survivor had listed the event. */
  readonly closing: 'none' | 'closing' | 'listed' | 'unlisted';
}

/** A step of the agreement. */
export type DepositStep = Result<
  Put<DepositItem>,
  ItemRefusal | 'not_secured' | 'origin_closing' | 'unbacked' | 'named_other' | 'nothing_to_do'
>;

/** Key of the agreement about a deposit, or about a return of a closed incarnation. */
export const depositKeyOf = (commandId: string): string => `deposit#${commandId}`;

/** Names the copy that counts: the first secured copy that is proposed. Redelivery is `nothing_to_do`. */
export function nameDeposit(
  commandId: string,
  read: DepositItem | undefined,
  candidate: DepositCandidate,
  attempt: Attempt,
): DepositStep {
  const { isSecured, closing, ...named } = candidate;
  if (read?.state.eventId === named.eventId)
    return refused('nothing_to_do', 'eventId', 'a deposit that is not named');
  if (read !== undefined) return refused('named_other', 'eventId', read.state.eventId);
  if (!isSecured) return refused('not_secured', 'eventId', 'an event that two incarnations hold');
  if (closing === 'closing')
    return refused('origin_closing', 'origin', `${named.origin} closed or not closing`);
  if (closing === 'unlisted')
    return refused('unbacked', 'eventId', 'an event that a survivor held at the closing');
  const decision: DepositDecision = { kind: 'named', ...named };
  const state = evolveDeposit(undefined, decision);
  return writeMove(read, { key: depositKeyOf(commandId), state, decision }, attempt);
}

/** Pieces of a resource that an origin deposited and reported missing, by its named deposits. A closed account is set to these totals. */
export function namedTotals(
  items: readonly DepositItem[],
  origin: Origin,
  resource: string,
): { readonly deposited: number; readonly writtenOff: number } {
  const sum = (direction: 'in' | 'out'): number =>
    items
      .filter(({ state }) => state.origin === origin && state.direction === direction)
      .reduce((total, { state }) => total + (state.pieces[resource] ?? 0), 0);
  return { deposited: sum('in'), writtenOff: sum('out') };
}
