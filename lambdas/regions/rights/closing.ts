/**
 * The account of an incarnation that is closed permanently. Its own item can no longer be read, so the ledger now leads every total, and
 * two persons can take back the pieces that it had drawn and not sold.
 */
import { isCount, type Put, refused, type Result } from '../change.ts';
import type { Origin } from '../log/event.ts';
import {
  accountOf,
  freePieces,
  heldPieces,
  type LedgerAccount,
  type RightsLedger,
  withAccount,
} from './ledger.ts';
import { type LedgerRefusal, putLedger } from './ledger-steps.ts';
import { assignLoss } from './shrinkage.ts';

/** A step on the account of a closed incarnation. */
export type ClosingStep = Result<
  Put<RightsLedger>,
  LedgerRefusal | 'not_closed' | 'not_unknown' | 'bound_not_acknowledged' | 'too_many'
>;

const CLOSED = { isClosed: true, want: { pieces: 0, asOfMs: 0 }, idle: 0 } as const;

/** Closes an account permanently. The caller has read the incarnation's `close#` item as closed. Redelivery is `nothing_to_do`. */
export const closeAccount = (ledger: RightsLedger, origin: Origin): ClosingStep =>
  accountOf(ledger, origin).isClosed
    ? refused('nothing_to_do', 'origin', 'an incarnation that is not closed')
    : putLedger(ledger, withAccount(ledger, origin, CLOSED));

/** Sums over all `deposit#` items that name an event of the closed incarnation. */
export interface NamedTotals {
  /** Pieces deposited. */
  readonly deposited: number;
  /** Pieces that turned out to be missing. */
  readonly writtenOff: number;
}

/**
 * Sets the deposits of a closed incarnation to the totals of its named deposits. The incarnation counted only named deposits, so this sum
 * is never below its own; a smaller sum comes from an incomplete read.
 */
export function recountDeposits(ledger: RightsLedger, origin: Origin, named: NamedTotals): ClosingStep {
  const { isClosed, deposited, writtenOff } = accountOf(ledger, origin);
  if (!isClosed) return refused('not_closed', 'origin', 'an incarnation that is closed');
  if (named.deposited < deposited) return refused('behind_ledger', 'deposited', `at least ${deposited}`);
  if (named.writtenOff < writtenOff) return refused('behind_ledger', 'writtenOff', `at least ${writtenOff}`);
  return named.deposited === deposited && named.writtenOff === writtenOff
    ? refused('nothing_to_do', 'deposited', `a total above ${deposited}`)
    : putLedger(ledger, assignLoss(withAccount(ledger, origin, { ...named })));
}

/** The union of all Regions' copies of a closed incarnation's log, for one resource. */
export interface UnionOfSpends {
  /** Pieces that its events spent, void copies included. */
  readonly spent: number;
  /**
   * Pieces that it put back itself, by events that an agreement `deposit#return:…` names. A return that names a survivor's event is not
   * counted here: those pieces are that survivor's deposit.
   */
  readonly released: number;
  /** Whether, by its pulse, every event of it is held, and it can accept no more events because the Region is destroyed. */
  readonly isComplete: boolean;
}

/** Pieces that can be taken back, and the risk. */
export interface Reclaimable {
  /** Pieces that no known order has taken. */
  readonly pieces: number;
  /** Worst case: the number of these pieces that unknown orders may have sold. All of them if any event is missing. */
  readonly oversellBound: number;
  /** Pieces that known orders have taken beyond the drawn ones. Above 0 only after an earlier reclaim or an assigned loss. */
  readonly shortfall: number;
}

/** Computes the pieces that can be taken back: drawn − returned − assigned − reclaimed − (spent − released). */
export function reclaimable(
  account: LedgerAccount,
  { spent, released, isComplete }: UnionOfSpends,
): Reclaimable {
  const unsold = heldPieces(account) - (spent - released);
  const pieces = Math.max(unsold, 0);
  return { pieces, oversellBound: isComplete ? 0 : pieces, shortfall: Math.max(-unsold, 0) };
}

/** A reclaim that two persons have approved. */
export interface Reclaim {
  readonly origin: Origin;
  /** Pieces to take back, at least 1. */
  readonly pieces: number;
  /** What is known about the incarnation's spends at this moment. */
  readonly union: UnionOfSpends;
  /** The worst case that both persons were shown and named in their approval. */
  readonly acknowledgedBound: number;
}

/**
 * Takes pieces of a closed incarnation back into the free pieces. Refused unless the acknowledged bound is the present one, so that an
 * approval does not cover a worse situation.
 */
export function reclaim(
  ledger: RightsLedger,
  { origin, pieces, union, acknowledgedBound }: Reclaim,
): ClosingStep {
  const account = accountOf(ledger, origin);
  if (!isCount(pieces)) return refused('not_a_count', 'pieces', 'a whole number above 0');
  if (!account.isClosed) return refused('not_closed', 'origin', 'an incarnation that is closed');
  const most = reclaimable(account, union);
  if (pieces > most.pieces) return refused('too_many', 'pieces', `at most ${most.pieces}`);
  const bound = Math.min(pieces, most.oversellBound);
  return acknowledgedBound === bound
    ? putLedger(ledger, withAccount(ledger, origin, { reclaimed: account.reclaimed + pieces }))
    : refused('bound_not_acknowledged', 'acknowledgedBound', `the present worst case, ${bound}`);
}

/**
 * Settles a closed incarnation whose totals were lost with the table: pieces that no other account has count as drawn by it. The last such
 * incarnation gets the rest; each gets at least the pieces of its known orders.
 */
export function settleUnknown(
  ledger: RightsLedger,
  origin: Origin,
  named: NamedTotals,
  union: UnionOfSpends,
): ClosingStep {
  if (!ledger.unknown.includes(origin)) return refused('not_unknown', 'origin', ledger.unknown.join(', '));
  const unknown = ledger.unknown.filter((other) => other !== origin);
  const settled = withAccount({ ...ledger, unknown }, origin, { ...CLOSED, ...named });
  const standing = Math.max(union.spent - union.released, 0);
  const drawn = unknown.length > 0 ? standing : Math.max(freePieces(settled), standing);
  return putLedger(ledger, { ...withAccount(settled, origin, { drawn }), version: ledger.version + 1 });
}
