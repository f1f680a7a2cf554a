/**
 * Steps of a ledger item: one conditional write each. Every step is computed from the item as read, and the write expects its version. If
 * an answer is lost, the caller reads and computes again: the totals show what is already done.
 */
import { accepted, isCount, type Put, refused, type Result, unchanged } from '../change.ts';
import type { Origin } from '../log/event.ts';
import {
  accountOf,
  freePieces,
  type LedgerAccount,
  type RightsLedger,
  rightsKeyOf,
  type Want,
  withAccount,
} from './ledger.ts';
import type { RightsHead } from './region-item.ts';
import { assignLoss } from './shrinkage.ts';

/** Why a step on the ledger is refused. */
export type LedgerRefusal =
  | 'not_a_count'
  | 'origin_closed'
  | 'fenced'
  | 'pool_short'
  | 'rebuilding'
  | 'other_generation'
  | 'behind_ledger'
  | 'impossible_total'
  | 'nothing_to_do';

/** A step on the ledger. */
export type LedgerStep = Result<Put<RightsLedger>, LedgerRefusal>;

/** The conditional write of a ledger's next version. */
export const putLedger = (read: RightsLedger, next: RightsLedger): LedgerStep =>
  accepted({
    kind: 'put',
    key: rightsKeyOf(read.resource),
    condition: unchanged(read.version === 0 ? undefined : read),
    next,
  });

/** What a draw asks for. */
export interface Draw {
  readonly origin: Origin;
  /** Epoch of the Region as its keeper read it from the directory of Regions. */
  readonly epoch: number;
  /** Pieces, at least 1. */
  readonly pieces: number;
}

const mayDraw = (account: LedgerAccount, epoch: number): boolean =>
  account.isFrozen ? epoch > account.epoch : epoch >= account.epoch;

const refusedDraw = (ledger: RightsLedger, { origin, epoch, pieces }: Draw): LedgerStep | undefined => {
  const account = accountOf(ledger, origin);
  const free = freePieces(ledger);
  if (!isCount(pieces)) return refused('not_a_count', 'pieces', 'a whole number above 0');
  if (account.isClosed) return refused('origin_closed', 'origin', 'an incarnation that is not closed');
  if (!mayDraw(account, epoch)) return refused('fenced', 'epoch', `an epoch above ${account.epoch}`);
  if (ledger.unknown.length > 0)
    return refused('rebuilding', 'unknown', `the totals of ${ledger.unknown.join(', ')}`);
  return pieces > free ? refused('pool_short', 'pieces', `at most ${Math.max(free, 0)}`) : undefined;
};

/**
 * Gives free pieces to a Region. The Region can spend them after its own item has followed. A keeper without an answer reads the ledger
 * again and lets its own item follow before it draws more.
 */
export function draw(ledger: RightsLedger, order: Draw): LedgerStep {
  const { origin, epoch, pieces } = order;
  const { drawn, want } = accountOf(ledger, origin);
  const left = { ...want, pieces: Math.max(want.pieces - pieces, 0) };
  const change = { drawn: drawn + pieces, epoch, isFrozen: false, want: left };
  return refusedDraw(ledger, order) ?? putLedger(ledger, withAccount(ledger, origin, change));
}

/** Totals that the Region leads, in the order of their names. */
const LED_BY_REGION = ['returned', 'deposited', 'writtenOff'] as const;

const refusedTotals = (account: LedgerAccount, head: RightsHead): LedgerStep | undefined => {
  const behind = LED_BY_REGION.find((total) => head[total] < account[total]);
  if (behind !== undefined) return refused('behind_ledger', behind, `at least ${account[behind]}`);
  if (head.returned > account.drawn)
    return refused('impossible_total', 'returned', `at most ${account.drawn}, which were drawn`);
  return LED_BY_REGION.every((total) => head[total] === account[total])
    ? refused('nothing_to_do', 'returned', 'a total above the one that the ledger has')
    : undefined;
};

/**
 * Moves the ledger's following totals to those of the Region's item. Pieces that are missing are taken from the free ones,
 * the rest is assigned to Regions in the same write, so that two Regions never both give up a piece for one loss.
 * Redelivery is refused as `nothing_to_do`.
 */
export function followRegion(ledger: RightsLedger, head: RightsHead): LedgerStep {
  const account = accountOf(ledger, head.origin);
  if (account.isClosed) return refused('origin_closed', 'origin', 'an incarnation that is not closed');
  if (head.generation !== ledger.generation)
    return refused('other_generation', 'generation', `generation ${ledger.generation}`);
  const refusal = refusedTotals(account, head);
  if (refusal !== undefined) return refusal;
  const { returned, deposited, writtenOff } = head;
  return putLedger(ledger, assignLoss(withAccount(ledger, head.origin, { returned, deposited, writtenOff })));
}

/**
 * Stops draws of a fenced Region. It keeps the drawn pieces, since it may be isolated and continue to sell. Also for a Region without an
 * account here, so that its first draw is refused too. Redelivery is `nothing_to_do`.
 */
export function freeze(ledger: RightsLedger, origin: Origin, fencedEpoch: number): LedgerStep {
  const account = accountOf(ledger, origin);
  const isKnown = account.epoch > fencedEpoch || (account.epoch === fencedEpoch && account.isFrozen);
  return isKnown || account.isClosed
    ? refused('nothing_to_do', 'epoch', `an epoch above ${account.epoch}`)
    : putLedger(ledger, withAccount(ledger, origin, { epoch: fencedEpoch, isFrozen: true }));
}

/** A keeper's report for the other keepers. */
export interface Report {
  readonly origin: Origin;
  readonly want: Want;
  /** Unspent pieces of the Region. */
  readonly idle: number;
}

/** Publishes a Region's want and its unspent pieces. It moves no piece. */
export function report(ledger: RightsLedger, { origin, want, idle }: Report): LedgerStep {
  const account = accountOf(ledger, origin);
  if (account.isClosed) return refused('origin_closed', 'origin', 'an incarnation that is not closed');
  const isSame =
    account.idle === idle && account.want.pieces === want.pieces && account.want.asOfMs === want.asOfMs;
  return isSame
    ? refused('nothing_to_do', 'want', 'something that the ledger does not say yet')
    : putLedger(ledger, withAccount(ledger, origin, { want, idle }));
}
