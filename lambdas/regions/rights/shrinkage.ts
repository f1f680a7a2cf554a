/** Missing pieces: only the ledger decides how many pieces each Region gives up. */
import { compareText, type Origin } from '../log/event.ts';
import { freePieces, heldPieces, type LedgerAccount, type RightsLedger } from './ledger.ts';

/** One Region's part of a loss. */
interface Part {
  readonly origin: Origin;
  readonly account: LedgerAccount;
}

/** Order in which Regions bear a loss: by last reported unspent pieces, then by held pieces, then by name. */
const byBearing = (a: Part, b: Part): number =>
  b.account.idle - a.account.idle ||
  heldPieces(b.account) - heldPieces(a.account) ||
  compareText(a.origin, b.origin);

/** Whether a keeper follows this account now. A fenced Region may be isolated, and a closed one has no keeper. */
const isLive = ({ isClosed, isFrozen }: LedgerAccount): boolean => !isClosed && !isFrozen;

/** How much an account may bear, in one function for each round of assignment. */
const LIMITS: readonly ((account: LedgerAccount) => number)[] = [
  (account) => (isLive(account) ? Math.min(account.idle, heldPieces(account)) : 0),
  (account) => (isLive(account) ? heldPieces(account) : 0),
  (account) => (account.isClosed ? 0 : heldPieces(account)),
];

/** Takes up to `limitOf` from each account in turn until the loss is covered. */
function take(ledger: RightsLedger, limitOf: (account: LedgerAccount) => number): RightsLedger {
  const accounts = { ...ledger.accounts };
  let left = Math.max(-freePieces(ledger), 0);
  if (left === 0) return ledger;
  const parts = Object.entries(accounts).map(([origin, account]) => ({ origin, account }));
  for (const { origin, account } of parts.toSorted(byBearing)) {
    const pieces = Math.min(left, Math.max(limitOf(account), 0));
    accounts[origin] = {
      ...account,
      assigned: account.assigned + pieces,
      idle: Math.max(account.idle - pieces, 0),
    };
    left -= pieces;
  }
  return { ...ledger, accounts };
}

/**
 * Assigns the part of a loss that free pieces do not cover: first to Regions that reported unspent pieces, then to Regions that hold any
 * pieces, then to fenced Regions. Never to a closed incarnation, since no Region would cancel its orders. The unassigned rest leaves the
 * free pieces below 0. A ledger without a deficit is returned unchanged. The version does not change.
 */
export const assignLoss = (ledger: RightsLedger): RightsLedger =>
  LIMITS.reduce((next, limitOf) => take(next, limitOf), ledger);
