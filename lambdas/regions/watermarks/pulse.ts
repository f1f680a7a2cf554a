/**
 * Pulse: the last numbers that an origin reported for its chains. It is stored in `Agreements`, outside the origin's Region.
 *
 * After a loss there are two kinds of unknown events. Up to the pulse, the numbers of the missing events are known. Beyond the pulse, an
 * isolated origin may have accepted more events, so all of its shards stay open. Both are information only; safety comes from agreements.
 */
import { accepted, refused } from '../change.ts';
import type { Result } from '../change.ts';
import type { ChainTip } from '../log/chain.ts';
import type { ChainId, Origin } from '../log/event.ts';
import { countOf, less } from './links.ts';
import type { Range } from './links.ts';

/** An origin's last report about itself. */
export interface Pulse {
  readonly origin: Origin;
  /** Time of the report, in ms since 1970, by the origin's clock. */
  readonly atMs: number;
  /** Last number of each chain; an absent chain has no events. */
  readonly counted: ReadonlyMap<ChainId, number>;
  /** Whether the origin had stopped accepting before it counted. If so, no event is beyond this pulse. */
  readonly stopped: boolean;
}

/**
 * Whether an origin may accept commands. Refused if its counters are behind its own pulse: its table was rolled back, and it would reuse
 * numbers.
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

/** Known and held numbers of a chain. */
export interface ChainView {
  readonly chain: ChainId;
  /** Numbers that this Region holds. */
  readonly held: readonly Range[];
  /** Numbers that peers claim to hold. */
  readonly claimed: readonly Range[];
}

/** The unknown events of an origin, in some of its chains. */
export interface NotKnown {
  /** Events that exist or existed and are not held, by number: up to the pulse and to the highest number that any Region holds. */
  readonly missing: readonly { readonly chain: ChainId; readonly ranges: readonly Range[] }[];
  /** Their count. */
  readonly missingCount: number;
  /** Whether more may exist beyond all known numbers. */
  readonly open: boolean;
  /** When the origin last reported; undefined if it never did, or if nothing is open. */
  readonly openSinceMs?: number;
}

/**
 * Computes what this Region does not know about an origin.
 * @param views the chains asked about: four for an entity, all of them for the origin.
 * @param lost whether the origin is fenced or destroyed. A present one is never open, since its events will arrive.
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

/** Every number up to the highest known one exists, since an origin counts without gaps. */
function missingOf({ held, claimed }: ChainView, counted: number): readonly Range[] {
  const highest = [...held, ...claimed].reduce((max, { to }) => Math.max(max, to), counted);
  return less([{ from: 1, to: highest }], held);
}
