/**
 * When a Region pulls what it lacks instead of waiting for copying to bring it.
 *
 * Copying that is late but moves is left alone: pulling would only do its work twice. Copying that does not move is helped after two
 * minutes, and after three minutes in any case, so that 300 s suffice for the whole way.
 */

/** Times and rates of pulling. */
export interface PullSettings {
  /** Age of the oldest missing event from which a frontier that does not move is helped, in ms. @default 120,000 */
  readonly lateMs: number;
  /** How long the frontier must not have moved for that, in ms. @default 60,000 */
  readonly stillMs: number;
  /** Age of the oldest missing event from which a chain is pulled whatever its frontier does, in ms. @default 180,000 */
  readonly latestMs: number;
  /** Time between two pulls of a pair that is being pulled, in ms. @default 15,000 */
  readonly againMs: number;
  /** Events pulled for each event that the origin accepts meanwhile. @default 3 */
  readonly gain: number;
  /** Fewest and most events that are pulled a second. @default 100 and 2,000 */
  readonly perSecond: { readonly min: number; readonly max: number };
}

/** See {@link PullSettings}. 180 s + 15 s leave 105 s of the objective's 300 s for the pulling itself. */
export const DEFAULT_PULL_SETTINGS: PullSettings = {
  lateMs: 120_000,
  stillMs: 60_000,
  latestMs: 180_000,
  againMs: 15_000,
  gain: 3,
  perSecond: { min: 100, max: 2_000 },
};

/** What is known of a pair of Regions and an origin. */
export interface PairState {
  /** When the origin accepted the oldest event that the peer holds and this Region lacks, in ms by the origin's clock. */
  readonly oldestMissingAtMs: number | undefined;
  /** When this Region's frontier last moved, in ms. */
  readonly frontierMovedAtMs: number;
  /** When the last pull began; undefined while the pair is not being pulled. */
  readonly pulledAtMs: number | undefined;
}

/** What to do about a pair now. */
export type PullDecision = 'quiet' | 'wait' | 'pull';

/** A pair that is being pulled is pulled again until nothing is missing: a long cut is not left half repaired. */
export function decidePull(pair: PairState, nowMs: number, settings: PullSettings): PullDecision {
  if (pair.oldestMissingAtMs === undefined) return 'quiet';
  if (pair.pulledAtMs !== undefined) return nowMs - pair.pulledAtMs >= settings.againMs ? 'pull' : 'wait';
  const ageMs = nowMs - pair.oldestMissingAtMs;
  const isStill = nowMs - pair.frontierMovedAtMs >= settings.stillMs;
  return ageMs >= settings.latestMs || (ageMs >= settings.lateMs && isStill) ? 'pull' : 'wait';
}

/** Events to pull a second: faster than the origin accepts, so that the backlog shrinks, and slow enough for checkout. */
export const pullPerSecond = (acceptedPerSecond: number, { gain, perSecond }: PullSettings): number =>
  Math.min(perSecond.max, Math.max(perSecond.min, gain * acceptedPerSecond));
