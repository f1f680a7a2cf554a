/** The line of Regions that want pieces. It advises keepers; a draw is decided by the ledger's write alone. */
import { compareText, type Origin } from '../log/event.ts';
import { freePieces, type RightsLedger } from './ledger.ts';

/** A place in the line. */
export interface Turn {
  readonly origin: Origin;
  /** Pieces that are wanted, at least 1. */
  readonly pieces: number;
  /** Since when, in ms since 1970. */
  readonly sinceMs: number;
}

/**
 * Regions that want pieces, the oldest want first. A keeper renews its want after each turn; a want that is older than the whole line
 * needs belongs to a keeper that no longer runs, and is left out. So are fenced and closed incarnations.
 */
export function turns(ledger: RightsLedger, nowMs: number, turnMs: number): readonly Turn[] {
  const wanting = Object.entries(ledger.accounts)
    .filter(([, { want, isClosed, isFrozen }]) => want.pieces > 0 && !isClosed && !isFrozen)
    .map(([origin, { want }]) => ({ origin, pieces: want.pieces, sinceMs: want.sinceMs }));
  const patienceMs = (wanting.length + 1) * turnMs;
  return wanting
    .filter(({ sinceMs }) => nowMs - sinceMs <= patienceMs)
    .toSorted((a, b) => a.sinceMs - b.sinceMs || compareText(a.origin, b.origin));
}

/**
 * Whether a Region said no although others could have said yes: free pieces and what other Regions last reported as unspent cover
 * what was asked for. It is counted and published beside "oversold: 0".
 */
export function hadElsewhere(ledger: RightsLedger, origin: Origin, pieces: number): boolean {
  const idle = Object.entries(ledger.accounts)
    .filter(([other, { isClosed }]) => other !== origin && !isClosed)
    .reduce((sum, [, account]) => sum + account.idle, 0);
  return Math.max(freePieces(ledger), 0) + idle >= pieces;
}
