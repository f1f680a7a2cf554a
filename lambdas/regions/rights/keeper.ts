/**
 * The next action of a Region's keeper for one resource. It finishes steps that a crash interrupted, then draws pieces ahead of use, then
 * gives back pieces that others want. It is never part of a checkout.
 */
import type { Origin } from '../log/event.ts';
import { turns } from './wants.ts';
import { accountOf, freePieces, type RightsLedger, type Want } from './ledger.ts';
import { availablePieces, type RegionRights } from './region-item.ts';
import { rebalance } from './slots.ts';

/** Settings of the keeper. */
export interface KeeperSettings {
  /** Time of use for which pieces are drawn ahead, in ms. @default 600,000 (10 minutes) */
  readonly coverMs: number;
  /** Pieces that a Region without any use draws, if no other Region wants them. @default 10 */
  readonly firstPieces: number;
  /** Time for which a Region's want is served first, in ms. @default 120,000 (2 minutes) */
  readonly turnMs: number;
}

/** Defaults of {@link KeeperSettings}. */
export const KEEPER_SETTINGS: KeeperSettings = { coverMs: 600_000, firstPieces: 10, turnMs: 120_000 };

/** A Region's need, as measured by its keeper. */
export interface Use {
  /** Pieces spent in the last `windowMs`. */
  readonly spentPieces: number;
  /** Length of the measured time, in ms, above 0. */
  readonly windowMs: number;
  /** Pieces that each waiting order needs, in the order in which they wait. */
  readonly waiting: readonly number[];
}

/** Input of a decision. */
export interface KeeperView {
  readonly ledger: RightsLedger;
  readonly rights: RegionRights;
  readonly use: Use;
  /** Regions that serve, at least 1. */
  readonly servingRegions: number;
  readonly nowMs: number;
}

/** The next step. Each is one write; the keeper then reads again. */
export type KeeperAction =
  | { readonly kind: 'take_generation' | 'adopt_region' | 'follow_ledger' | 'follow_region' | 'pay_owed' }
  | { readonly kind: 'rebalance' | 'rest' }
  | { readonly kind: 'draw' | 'give_back'; readonly pieces: number }
  | { readonly kind: 'report'; readonly want: Want; readonly idle: number };

/** Pieces of the waiting orders that `available` can fill: in order; an order that cannot be filled is skipped. */
export function fillablePieces(waiting: readonly number[], available: number): number {
  return waiting.reduce((filled, pieces) => (filled + pieces <= available ? filled + pieces : filled), 0);
}

/** Pieces for the use ahead: pieces per time × time, rounded up. */
const targetOf = ({ spentPieces, windowMs }: Use, { coverMs }: KeeperSettings): number =>
  Math.ceil((spentPieces * coverMs) / windowMs);

/** Pieces missing to a target, if less than half of it is left; otherwise 0. A draw at every sale would write the ledger at every sale. */
const missingTo = (target: number, unspent: number): number =>
  unspent < Math.ceil(target / 2) ? target - unspent : 0;

/** The figures that decisions depend on. */
interface Figures {
  readonly origin: Origin;
  readonly available: number;
  /** Available pieces that no waiting order takes. */
  readonly unspent: number;
  /** Pieces that waiting orders need beyond the available ones. */
  readonly waitNeed: number;
  readonly useTarget: number;
  readonly free: number;
  /** Pieces that other Regions want before this Region's turn. */
  readonly earlierWants: number;
  readonly otherWants: number;
  readonly isMyTurn: boolean;
}

function figuresOf({ ledger, rights, use, nowMs }: KeeperView, settings: KeeperSettings): Figures {
  const { origin } = rights.head;
  const available = availablePieces(rights.slots);
  const needed = use.waiting.reduce((sum, pieces) => sum + pieces, 0);
  const line = turns(ledger, nowMs, settings.turnMs);
  const place = line.findIndex((turn) => turn.origin === origin);
  const piecesOf = (part: typeof line): number => part.reduce((sum, { pieces }) => sum + pieces, 0);
  return {
    origin,
    available,
    unspent: available - fillablePieces(use.waiting, available),
    waitNeed: Math.max(needed - available, 0),
    useTarget: targetOf(use, settings),
    free: Math.max(freePieces(ledger), 0),
    earlierWants: piecesOf(place === -1 ? line : line.slice(0, place)),
    otherWants: piecesOf(line.filter((turn) => turn.origin !== origin)),
    isMyTurn: place === 0,
  };
}

/** A step that a crash or another writer left unfinished. */
function unfinished({ ledger, rights: { head, slots } }: KeeperView): KeeperAction | undefined {
  const account = accountOf(ledger, head.origin);
  if (ledger.generation > head.generation) return { kind: 'take_generation' };
  if (ledger.generation < head.generation) return { kind: 'rest' };
  if (ledger.unknown.includes(head.origin)) return { kind: 'adopt_region' };
  if (account.drawn > head.drawn || account.assigned > head.assigned) return { kind: 'follow_ledger' };
  const isAhead = (['returned', 'deposited', 'writtenOff'] as const).some(
    (total) => head[total] > account[total],
  );
  if (isAhead && !account.isClosed) return { kind: 'follow_region' };
  return head.owed > 0 && availablePieces(slots) > 0 ? { kind: 'pay_owed' } : undefined;
}

/**
 * Pieces to draw now. Waiting orders are served in the order of their Regions' turns. Future use gets at most an equal share of the free
 * pieces, so that no Region takes all of them in advance.
 */
function drawPieces(figures: Figures, servingRegions: number, { firstPieces }: KeeperSettings): number {
  const { free, earlierWants, otherWants, unspent, waitNeed, useTarget } = figures;
  const forWaiting = Math.min(waitNeed, Math.max(free - earlierWants, 0));
  const share = Math.max(Math.floor(free / servingRegions), 1);
  const forUse = Math.min(missingTo(useTarget, unspent), share, free - forWaiting);
  const unwanted = Math.min(share, Math.max(free - otherWants - forWaiting, 0));
  const forStart = Math.min(missingTo(Math.max(useTarget, firstPieces), unspent), unwanted);
  return forWaiting + Math.max(forUse, forStart);
}

/** Pieces to give back: those that others want and that are not free, above this Region's own use. None during its own turn. */
const surplusPieces = ({ isMyTurn, unspent, useTarget, otherWants, free }: Figures): number =>
  isMyTurn ? 0 : Math.min(Math.max(unspent - useTarget, 0), Math.max(otherWants - free, 0));

/** The Region's want: pieces that it lacks and cannot draw. It is renewed once a turn. */
function wantOf(stored: Want, figures: Figures, nowMs: number, { turnMs }: KeeperSettings): Want {
  const pieces = figures.waitNeed + missingTo(figures.useTarget, figures.unspent);
  if (pieces === 0) return { pieces: 0, asOfMs: 0 };
  const isOld = stored.pieces === 0 || nowMs - stored.asOfMs >= turnMs;
  return { pieces, asOfMs: isOld ? nowMs : stored.asOfMs };
}

/** A report is written when a want changes, or when the unspent pieces have halved or doubled. */
function reportOf(view: KeeperView, figures: Figures, settings: KeeperSettings): KeeperAction | undefined {
  const account = accountOf(view.ledger, figures.origin);
  const want = wantOf(account.want, figures, view.nowMs, settings);
  const idle = Math.max(figures.unspent, 0);
  const isWantNew = want.pieces !== account.want.pieces || want.asOfMs !== account.want.asOfMs;
  const isIdleNew = idle > 2 * account.idle || 2 * idle < account.idle;
  return isWantNew || isIdleNew ? { kind: 'report', want, idle } : undefined;
}

/** Decides the keeper's next step. After a step it reads both items and decides again, until the decision is `rest`. */
export function nextKeeperAction(view: KeeperView, settings: KeeperSettings = KEEPER_SETTINGS): KeeperAction {
  const first = unfinished(view);
  if (first !== undefined) return first;
  const figures = figuresOf(view, settings);
  const pieces = drawPieces(figures, view.servingRegions, settings);
  const account = accountOf(view.ledger, figures.origin);
  if (pieces > 0 && view.ledger.unknown.length === 0 && !account.isFrozen && !account.isClosed)
    return { kind: 'draw', pieces };
  const surplus = surplusPieces(figures);
  if (surplus > 0) return { kind: 'give_back', pieces: surplus };
  const report = account.isClosed ? undefined : reportOf(view, figures, settings);
  return report ?? { kind: rebalance(view.rights).length > 0 ? 'rebalance' : 'rest' };
}
