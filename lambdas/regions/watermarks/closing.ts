/**
 * Closes an origin permanently after its Region is lost: the surviving events are listed once, and events outside the list do not count.
 *
 * Invariant 1: each survivor lists after it has set `closing` in the agreement. Naming reads an event first and `closing` last, so every
 * named event is in a list.
 * Invariant 2: the cut is the union of all lists. It does not depend on their order.
 * Invariant 3: an event beyond the cut is folded like any other, but the pieces that it spent are unbacked: a shortfall, without effects.
 */
import { accepted, refused } from '../change.ts';
import type { Result } from '../change.ts';
import { type ChainId, compareText, type LogEvent, type Origin } from '../log/event.ts';
import { contradictAt } from './compare.ts';
import { contains, countOf, joined, less } from './links.ts';
import type { Range } from './links.ts';
import { claimsOf, NO_MARK } from './mark.ts';
import type { Watermark } from './mark.ts';
import type { Pulse } from './pulse.ts';

/** The events of a closed origin that count. */
export interface Cut {
  readonly origin: Origin;
  /** Numbers that at least one survivor holds; an absent chain has none. */
  readonly kept: ReadonlyMap<ChainId, readonly Range[]>;
  /** Count of numbers that no survivor holds, up to the highest known number. */
  readonly lost: number;
  /**
   * Whether `lost` is an upper bound: `at_most` if the origin had stopped accepting before its last pulse, `unknown` if it may have
   * continued.
   */
  readonly bound: 'at_most' | 'unknown';
}

/** A cut in the form of an agreement and its event. */
export type StoredCut = {
  /** By chain, in order: the first and the last number of each range. */
  readonly kept: Readonly<Record<ChainId, readonly (readonly [from: number, to: number])[]>>;
  readonly lost: number;
  readonly bound: 'at_most' | 'unknown';
};

/** The stored form; equal cuts have equal forms. */
export const storedCut = ({ kept, lost, bound }: Cut): StoredCut => ({
  kept: Object.fromEntries(
    [...kept]
      .toSorted(([a], [b]) => compareText(a, b))
      .map(([chain, ranges]) => [chain, ranges.map(({ from, to }) => [from, to] as const)]),
  ),
  lost,
  bound,
});

/** The cut of an origin from its stored form. */
export const cutOf = (origin: Origin, { kept, lost, bound }: StoredCut): Cut => ({
  origin,
  kept: new Map(
    Object.entries(kept).map(([chain, ranges]) => [chain, ranges.map(([from, to]) => ({ from, to }))]),
  ),
  lost,
  bound,
});

/** Why an origin cannot be closed yet. */
export type ClosingRefusal = 'no_survivor' | 'foreign_list' | 'incomplete_list' | 'disputed';

/**
 * The cut of an origin.
 * @param lists the complete list of each survivor; a bounded mark with `more` is refused until it is repaired. Also refused if a history is
 * in dispute: a person decides which history counts.
 */
export function closeOrigin(
  origin: Origin,
  pulse: Pulse | undefined,
  lists: readonly Watermark[],
): Result<Cut, ClosingRefusal> {
  const refusal = refusalOf(origin, lists);
  if (refusal !== undefined) return refusal;
  const chains = new Set([
    ...lists.flatMap((list) => [...list.chains.keys()]),
    ...(pulse?.counted.keys() ?? []),
  ]);
  const kept = new Map([...chains].toSorted().map((chain) => [chain, unionOf(chain, lists)]));
  const lost = [...kept].reduce(
    (sum, [chain, ranges]) => sum + lostOf(ranges, pulse?.counted.get(chain) ?? 0),
    0,
  );
  return accepted({ origin, kept, lost, bound: pulse?.stopped === true ? 'at_most' : 'unknown' });
}

function refusalOf(origin: Origin, lists: readonly Watermark[]): Result<never, ClosingRefusal> | undefined {
  if (lists.length === 0) return refused('no_survivor', 'lists', 'the list of at least one survivor');
  for (const list of lists) {
    if (list.origin !== origin) return refused('foreign_list', list.receiver, `what it holds of ${origin}`);
    for (const [chain, { more, disputedAt }] of list.chains) {
      if (disputedAt !== undefined) return refused('disputed', chain, `one history at ${disputedAt}`);
      if (more) return refused('incomplete_list', chain, `every island that ${list.receiver} holds`);
    }
  }
  const [chain] = contradictions(lists);
  return chain === undefined ? undefined : refused('disputed', chain, 'the same history on all lists');
}

/** Chains for which two lists show different hashes for one number. */
const contradictions = (lists: readonly Watermark[]): readonly ChainId[] =>
  lists.flatMap((list, at) =>
    lists
      .slice(at + 1)
      .flatMap((other) =>
        [...list.chains]
          .filter(([chain, mark]) => contradictAt(mark, other.chains.get(chain) ?? NO_MARK))
          .map(([chain]) => chain),
      ),
  );

const unionOf = (chain: ChainId, lists: readonly Watermark[]): readonly Range[] =>
  joined(
    lists.flatMap((list) => {
      const mark = list.chains.get(chain);
      return mark === undefined ? [] : claimsOf(mark);
    }),
  );

const lostOf = (kept: readonly Range[], counted: number): number =>
  countOf(less([{ from: 1, to: Math.max(counted, kept.at(-1)?.to ?? 0) }], kept));

/** Whether an event of a closed origin is on the list. Other events are unbacked. */
export const isBacked = ({ kept }: Cut, { chain, chainSeq }: Pick<LogEvent, 'chain' | 'chainSeq'>): boolean =>
  contains(kept.get(chain) ?? [], chainSeq);

/** Whether a Region holds all events of a closed origin that count. If so, events that it lacks are lost, not late. */
export const holdsCut = ({ kept }: Cut, held: Watermark): boolean =>
  [...kept].every(([chain, ranges]) => {
    const mark = held.chains.get(chain);
    return less(ranges, mark === undefined ? [] : claimsOf(mark)).length === 0;
  });
