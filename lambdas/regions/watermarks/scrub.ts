/**
 * Scrub: reads a whole chain, computes every hash again, and compares the published mark with the stored events.
 *
 * A watermark is only a claim. The scrub detects a mark that was overwritten or is ahead of its table, from the log alone.
 */
import { readEvent } from '../log/body.ts';
import type { BodyRefusal, StoredEvent } from '../log/body.ts';
import type { EventRef } from '../log/command.ts';
import type { LogEvent } from '../log/event.ts';
import { hold, NOTHING_HELD } from './holding.ts';
import { less, linkOf } from './links.ts';
import type { Link, Range, Surroundings } from './links.ts';
import { claimsOf, markOf, sameHistory } from './mark.ts';
import type { ChainMark } from './mark.ts';

/** A stored copy whose bytes are not its event. It is quarantined and repaired. */
export interface DamagedCopy extends EventRef {
  readonly reason: BodyRefusal;
}

/** Result of a scrub. */
export interface ScrubResult {
  readonly damaged: readonly DamagedCopy[];
  /** The mark that the stored events justify. */
  readonly rebuilt: ChainMark;
  /** Numbers that the published mark claims without a stored event: their events are not secured. */
  readonly overclaimed: readonly Range[];
  /** Whether the published mark equals the mark of the log. */
  readonly sound: boolean;
}

/**
 * Scrubs one chain.
 * @param items all stored items of the chain, in any order.
 * @param surroundings what this Region stores besides each event.
 */
export function scrubChain(
  published: ChainMark,
  items: readonly StoredEvent[],
  surroundings: (event: LogEvent) => Surroundings,
): ScrubResult {
  const read = items.map((item) => ({ item, event: readEvent(item) }));
  const damaged = read.flatMap(({ item, event }) =>
    event.ok ? [] : [{ entity: item.entity, id: item.id, reason: event.refusal.code }],
  );
  const events = read.flatMap(({ event }) => (event.ok ? [event.value] : []));
  const rebuilt = markFrom(events.flatMap((event) => linksOf(event, surroundings(event))));
  const overclaimed = less(claimsOf(published), claimsOf(rebuilt));
  return { damaged, rebuilt, overclaimed, sound: damaged.length === 0 && sameHistory(published, rebuilt) };
}

const linksOf = (event: LogEvent, surroundings: Surroundings): readonly Link[] => {
  const link = linkOf(event, surroundings);
  return link.ok ? [link.value] : [];
};

function markFrom(links: readonly Link[]): ChainMark {
  const hashes = new Map(links.map(({ seq, hash }) => [seq, hash]));
  const index = (seq: number): string | undefined => hashes.get(seq);
  return markOf(hold(NOTHING_HELD, links, index), index);
}
