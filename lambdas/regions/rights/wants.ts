/** The queue of Regions that want pieces. It is advisory for keepers; only the ledger's write decides a draw. */
import { compareText, type Origin } from '../log/event.ts';
import { freePieces, type RightsLedger } from './ledger.ts';

/** A place in the queue. */
export interface Turn {
  readonly origin: Origin;
  /** Pieces that are wanted, at least 1. */
  readonly pieces: number;
}

/** Turns after which a want that was not renewed is ignored, because its keeper no longer runs. */
const PATIENCE_TURNS = 3;

/**
 * Regions that want pieces, in the order in which they are served now. Each is first for one turn, by the clock, so that a want that cannot
 * be filled delays the others by at most one turn. Different clocks disagree only around the end of a turn. Fenced and closed incarnations
 * are excluded.
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
 * Whether a Region refused although others had the pieces: free pieces, and pieces that other Regions last reported as unspent, cover the
 * request. It is counted and published beside "oversold: 0".
 */
export function hadElsewhere(ledger: RightsLedger, origin: Origin, pieces: number): boolean {
  const idle = Object.entries(ledger.accounts)
    .filter(([other, { isClosed }]) => other !== origin && !isClosed)
    .reduce((sum, [, account]) => sum + account.idle, 0);
  return Math.max(freePieces(ledger), 0) + idle >= pieces;
}
