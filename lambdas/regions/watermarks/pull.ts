/**
 * Decides when a Region pulls missing events instead of waiting for copying.
 *
 * If copying is late but progresses, the Region waits: pulling would only repeat the work. If copying makes no progress, the Region pulls
 * after two minutes, and in any case after three minutes, so that 300 s suffice in total.
 */

/** Times and rates of pulling. */
export interface PullSettings {
  /** Age of the oldest missing event from which a chain is pulled if its frontier does not move, in ms. @default 120,000 */
  readonly lateMs: number;
  /** Time without a move of the frontier that this requires, in ms. @default 60,000 */
  readonly stillMs: number;
  /** Age of the oldest missing event from which a chain is pulled in any case, in ms. @default 180,000 */
  readonly latestMs: number;
  /** Time between two pulls of a pair, in ms. @default 15,000 */
  readonly againMs: number;
  /** Events pulled for each event that the origin accepts meanwhile. @default 3 */
  readonly gain: number;
  /** Fewest and most events that are pulled per second. @default 100 and 2,000 */
  readonly perSecond: { readonly min: number; readonly max: number };
}

/** See {@link PullSettings}. 180 s + 15 s leave 105 s of the objective's 300 s for the pull itself. */
export const DEFAULT_PULL_SETTINGS: PullSettings = {
  lateMs: 120_000,
  stillMs: 60_000,
  latestMs: 180_000,
  againMs: 15_000,
  gain: 3,
  perSecond: { min: 100, max: 2_000 },
};

/** State of a pair of Regions and an origin. */
export interface PairState {
  /** When the origin accepted the oldest event that the peer holds and this Region lacks, in ms by the origin's clock. */
  readonly oldestMissingAtMs: number | undefined;
  /** When this Region's frontier last moved, in ms. */
  readonly frontierMovedAtMs: number;
  /** When the last pull began; undefined while the pair is not being pulled. */
  readonly pulledAtMs: number | undefined;
}

/** The present decision about a pair. */
export type PullDecision = 'quiet' | 'wait' | 'pull';

/** Decides about a pair. After the first pull it continues until nothing is missing, so that a long interruption is repaired completely. */
export function decidePull(pair: PairState, nowMs: number, settings: PullSettings): PullDecision {
  if (pair.oldestMissingAtMs === undefined) return 'quiet';
  if (pair.pulledAtMs !== undefined) return nowMs - pair.pulledAtMs >= settings.againMs ? 'pull' : 'wait';
  const ageMs = nowMs - pair.oldestMissingAtMs;
  const isStill = nowMs - pair.frontierMovedAtMs >= settings.stillMs;
  return ageMs >= settings.latestMs || (ageMs >= settings.lateMs && isStill) ? 'pull' : 'wait';
}

/** Events to pull per second: faster than the origin accepts, so that the backlog shrinks, and slow enough not to disturb checkouts. */
export const pullPerSecond = (acceptedPerSecond: number, { gain, perSecond }: PullSettings): number =>
  Math.min(perSecond.max, Math.max(perSecond.min, gain * acceptedPerSecond));
