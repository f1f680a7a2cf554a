/**
 * The agreement about the Regions in service. All Regions are in one item, so that one conditional write can refuse to remove the last
 * serving Region.
 *
 * Invariants
 * 1. An epoch never decreases. Fencing, admitting and joining each raise it.
 * 2. After the first Region has joined, at least one Region serves.
 * 3. A fenced Region gets no traffic; it comes back by admission and then by steps of {@link TRAFFIC_STEPS}.
 */
import { type Put, refused, type Result } from '../change.ts';
import type { Origin } from '../log/event.ts';
import { type AgreementItem, type Attempt, type ItemRefusal, writeMove } from './item.ts';

/** Shares of its traffic that a Region takes on the way back, in percent. */
export const TRAFFIC_STEPS = [0, 1, 10, 50, 100] as const;

/** One of {@link TRAFFIC_STEPS}. */
export type TrafficPercent = (typeof TRAFFIC_STEPS)[number];

/** One Region. */
export type RegionEntry = {
  /** Counts joins, fences and admissions of the Region, from 1. */
  readonly epoch: number;
  /** Present incarnation of the Region. */
  readonly origin: Origin;
  readonly isFenced: boolean;
  /** Share of its traffic that the Region takes. */
  readonly trafficPercent: TrafficPercent;
};

/** A decision about a Region: its whole entry afterwards, and the reason. */
export type DirectoryDecision = {
  readonly kind: 'joined' | 'fenced' | 'admitted' | 'shifted';
  readonly region: string;
  readonly entry: RegionEntry;
};

/** All Regions by name. */
export interface DirectoryState {
  readonly regions: Readonly<Record<string, RegionEntry>>;
}

/** The agreement. */
export type DirectoryItem = AgreementItem<DirectoryState, DirectoryDecision>;

/** A step of the agreement. */
export type DirectoryStep = Result<
  Put<DirectoryItem>,
  ItemRefusal | 'unknown_region' | 'last_serving' | 'fenced' | 'not_next_step' | 'nothing_to_do'
>;

/** Key of the one item. */
export const DIRECTORY_KEY = 'region#all';

/** Input of every step. */
export interface DirectoryContext {
  /** The item as a strong read found it. */
  readonly read: DirectoryItem | undefined;
  readonly attempt: Attempt;
}

/** Applies a decision. */
export const evolveDirectory = (
  state: DirectoryState,
  { region, entry }: DirectoryDecision,
): DirectoryState => ({
  regions: { ...state.regions, [region]: entry },
});

const regionsOf = (read: DirectoryItem | undefined): DirectoryState['regions'] => read?.state.regions ?? {};

const decide = ({ read, attempt }: DirectoryContext, decision: DirectoryDecision): DirectoryStep =>
  writeMove(
    read,
    { key: DIRECTORY_KEY, state: evolveDirectory({ regions: regionsOf(read) }, decision), decision },
    attempt,
  );

const isServing = ({ isFenced, trafficPercent }: RegionEntry): boolean => !isFenced && trafficPercent > 0;

/** Whether another Region than this one serves. */
const isServedElsewhere = (read: DirectoryItem | undefined, region: string): boolean =>
  Object.entries(regionsOf(read)).some(([name, entry]) => name !== region && isServing(entry));

/**
 * A Region joins with an incarnation: the first one serves at once, later ones begin without traffic. A Region that lost its table joins
 * again with its next incarnation. Redelivery is `nothing_to_do`.
 */
export function joinRegion(context: DirectoryContext, region: string, origin: Origin): DirectoryStep {
  const before = regionsOf(context.read)[region];
  if (before?.origin === origin)
    return refused('nothing_to_do', 'origin', 'an incarnation that has not joined');
  const trafficPercent = isServedElsewhere(context.read, region) ? 0 : 100;
  const entry = { epoch: (before?.epoch ?? 0) + 1, origin, isFenced: false, trafficPercent } as const;
  return decide(context, { kind: 'joined', region, entry });
}

/** Fences a Region: its claims under the old epoch end. Refused for the last serving Region. */
export function fenceRegion(context: DirectoryContext, region: string): DirectoryStep {
  const before = regionsOf(context.read)[region];
  if (before === undefined) return refused('unknown_region', 'region', 'a Region that has joined');
  if (before.isFenced) return refused('nothing_to_do', 'isFenced', 'a Region that is not fenced');
  if (!isServedElsewhere(context.read, region))
    return refused('last_serving', 'region', 'another Region that serves');
  const entry = { ...before, epoch: before.epoch + 1, isFenced: true, trafficPercent: 0 } as const;
  return decide(context, { kind: 'fenced', region, entry });
}

/** Admits a fenced Region again, without traffic at first. */
export function admitRegion(context: DirectoryContext, region: string): DirectoryStep {
  const before = regionsOf(context.read)[region];
  if (before === undefined) return refused('unknown_region', 'region', 'a Region that has joined');
  if (!before.isFenced) return refused('nothing_to_do', 'isFenced', 'a Region that is fenced');
  const entry = { ...before, epoch: before.epoch + 1, isFenced: false };
  return decide(context, { kind: 'admitted', region, entry });
}

/** Whether a share may follow another: one step up, or any step down. */
const isNextStep = (from: TrafficPercent, to: TrafficPercent): boolean =>
  TRAFFIC_STEPS.indexOf(to) <= TRAFFIC_STEPS.indexOf(from) + 1;

/** Changes the share of traffic that a Region takes: up by one step at a time, down by any number of steps while another Region serves. */
export function shiftTraffic(
  context: DirectoryContext,
  region: string,
  trafficPercent: TrafficPercent,
): DirectoryStep {
  const before = regionsOf(context.read)[region];
  if (before === undefined) return refused('unknown_region', 'region', 'a Region that has joined');
  if (before.isFenced) return refused('fenced', 'region', 'a Region that is not fenced');
  if (before.trafficPercent === trafficPercent)
    return refused('nothing_to_do', 'trafficPercent', 'another share than the present one');
  if (!isNextStep(before.trafficPercent, trafficPercent))
    return refused('not_next_step', 'trafficPercent', `at most one step above ${before.trafficPercent}`);
  if (trafficPercent === 0 && !isServedElsewhere(context.read, region))
    return refused('last_serving', 'region', 'another Region that serves');
  return decide(context, { kind: 'shifted', region, entry: { ...before, trafficPercent } });
}

/** Result of a peer's read of the directory for a health check: the item, or a failed read. */
export type DirectoryReading =
  { readonly kind: 'read'; readonly item: DirectoryItem | undefined } | { readonly kind: 'failed' };

/**
 * Whether a peer objects to a Region in service (503). It objects only if it read that the Region is fenced and that another Region serves.
 * After a failed read it does not object: an outage of the table must not take every Region out of service.
 */
export const objectsTo = (reading: DirectoryReading, region: string): boolean =>
  reading.kind === 'read' &&
  regionsOf(reading.item)[region]?.isFenced === true &&
  isServedElsewhere(reading.item, region);
