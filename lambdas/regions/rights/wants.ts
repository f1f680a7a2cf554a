/** The line of Regions that want pieces. It advises keepers; a draw is decided by the ledger's write alone. */
import { compareText, type Origin } from '../log/event.ts';
import { freePieces, type RightsLedger } from './ledger.ts';

/** A place in the line. */
export interface Turn {
  readonly origin: Origin;
  /** Pieces that are wanted, at least 1. */
  readonly pieces: number;
}

/** Turns after which a want that was not renewed is left out: its keeper no longer runs. */
const PATIENCE_TURNS = 3;

/**
 * Regions that want pieces, in the order in which they are served now. Each is first for one turn, by the clock, so that a want that nobody
 * can fill holds up the others for one turn at most. Clocks that differ disagree only around the end of a turn. Fenced and closed
 * incarnations are left out.
 */
export function turns(ledger: RightsLedger, nowMs: number, turnMs: number): readonly Turn[] {
  const line = Object.entries(ledger.accounts)
    .filter(([, { want, isClosed, isFrozen }]) => want.pieces > 0 && !isClosed && !isFrozen)
    .filter(([, { want }]) => nowMs - want.asOfMs <= PATIENCE_TURNS * turnMs)
    .map(([origin, { want }]) => ({ origin, pieces: want.pieces }))
    .toSorted((a, b) => compareText(a.origin, b.origin));
  const first = line.length === 0 ? 0 : Math.floor(nowMs / turnMs) % line.length;
  return [...line.slice(first), ...line.slice(0, first)];
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
