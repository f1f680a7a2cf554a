/**
 * Pulse: how far an origin says that it has counted. It is kept in `Agreements`, outside the Region that it is about.
 *
 * After a loss there are two grades of not knowing. Numbers up to the pulse are missing by number. Beyond the pulse an origin may have
 * gone on accepting, cut off and unseen, so every shard of it stays open. Both inform; safety comes from agreements.
 */
import { accepted, refused } from '../change.ts';
import type { Result } from '../change.ts';
import type { ChainTip } from '../log/chain.ts';
import type { ChainId, Origin } from '../log/event.ts';
import { countOf, less } from './links.ts';
import type { Range } from './links.ts';

/** What an origin last said of itself. */
export interface Pulse {
  readonly origin: Origin;
  /** When it said so, in ms since 1970, by the origin's clock. */
  readonly atMs: number;
  /** Last number of each chain; a chain that is absent has no events. */
  readonly counted: ReadonlyMap<ChainId, number>;
  /** Whether the origin had stopped accepting before it counted: then nothing lies beyond this pulse. */
  readonly stopped: boolean;
}

/**
 * Whether an origin may accept. Refused if its own counters are behind its own pulse: its table was rolled back, and it would give
 * numbers out a second time.
 */
export function mayAccept(
  tips: ReadonlyMap<ChainId, Pick<ChainTip, 'version'>>,
  pulse: Pulse | undefined,
): Result<true, 'behind_own_pulse'> {
  for (const [chain, counted] of pulse?.counted ?? [])
    if ((tips.get(chain)?.version ?? 0) < counted)
      return refused('behind_own_pulse', chain, `a counter of at least ${counted}`);
  return accepted(true);
}

/** Numbers up to which a chain is known to go, and which of them are held. */
export interface ChainView {
  readonly chain: ChainId;
  /** What this Region holds of it. */
  readonly held: readonly Range[];
  /** What peers claim to hold of it. */
  readonly claimed: readonly Range[];
}

/** What is not known of an origin's events, in some of its chains. */
export interface NotKnown {
  /** Events that exist, or existed, and are not held, by number: up to the pulse and up to the highest number held by anybody. */
  readonly missing: readonly { readonly chain: ChainId; readonly ranges: readonly Range[] }[];
  /** How many they are. */
  readonly missingCount: number;
  /** Whether more may exist, beyond all numbers known. */
  readonly open: boolean;
  /** When the origin last counted; undefined if it never did, or if nothing is open. */
  readonly openSinceMs?: number;
}

/**
 * What this Region does not know of an origin.
 * @param views the chains asked about: four for an entity, all of them for the origin.
 * @param lost whether the origin is fenced or destroyed. A present one is never open: what it accepts will come.
 */
export function notKnown(views: readonly ChainView[], pulse: Pulse | undefined, lost: boolean): NotKnown {
  const missing = views
    .map((view) => ({ chain: view.chain, ranges: missingOf(view, pulse?.counted.get(view.chain) ?? 0) }))
    .filter(({ ranges }) => ranges.length > 0);
  const open = lost && pulse?.stopped !== true;
  return {
    missing,
    missingCount: missing.reduce((sum, { ranges }) => sum + countOf(ranges), 0),
    open,
    ...(open && pulse !== undefined ? { openSinceMs: pulse.atMs } : {}),
  };
}

/** Every number up to the highest that is known exists, since an origin counts without gaps. */
function missingOf({ held, claimed }: ChainView, counted: number): readonly Range[] {
  const highest = [...held, ...claimed].reduce((max, { to }) => Math.max(max, to), counted);
  return less([{ from: 1, to: highest }], held);
}
