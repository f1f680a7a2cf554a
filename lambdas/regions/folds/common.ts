/** The part of a state that every kind has: what is missing, what cannot be read, what contradicts, what does not count. */
import { canonicalJson } from '../../shared/domain/hashing.ts';
import { isDecided } from '../log/command.ts';
import { compareText, type EventId, type Hlc, type Origin, type Seen } from '../log/event.ts';
import { type Held, seenOf } from './held.ts';
import { type Copies, type Fact, type Kept, voidIdsOf } from './kept.ts';

/** Events that are missing below one that is here. */
export interface Missing {
  readonly origin: Origin;
  /** First missing number. */
  readonly from: number;
  /** Last missing number. */
  readonly to: number;
}

/** What every state says about the events behind it. */
export interface Common {
  /** Events of the entity that are in the state: the causal context of the next one, and the consistency token. */
  readonly seen: Seen;
  /** The latest time of these events; absent if there are no events. */
  readonly latestHlc?: Hlc;
  /** Holes. While there is one, the state is incomplete. */
  readonly missing: readonly Missing[];
  /** Number of events that cannot be read, by `<type>@<version>`. */
  readonly unread: Readonly<Record<string, number>>;
  /** Commands of decided events whose copies say different things. Each one is an alarm. */
  readonly contradictions: readonly string[];
  /** Copies that do not count, sorted. */
  readonly voids: readonly EventId[];
}

const holesOf = ([origin, seqs]: readonly [Origin, ReadonlySet<number>], upTo: number): Missing[] => {
  const present = [...seqs].toSorted((a, b) => a - b);
  const before = [upTo, ...present];
  return present.map((seq, at) => ({ origin, from: (before[at] ?? 0) + 1, to: seq - 1 })).filter(isHole);
};
const isHole = ({ from, to }: Missing): boolean => from <= to;

/** Holes, sorted by origin and number. */
const missingOf = ({ upTo, beyond }: Held): Missing[] =>
  [...beyond]
    .toSorted(([a], [b]) => compareText(a, b))
    .flatMap((entry) => holesOf(entry, upTo.get(entry[0]) ?? 0));

const countBy = (names: Iterable<string>): Record<string, number> => {
  const counts = new Map<string, number>();
  for (const name of names) counts.set(name, (counts.get(name) ?? 0) + 1);
  return Object.fromEntries([...counts].toSorted(([a], [b]) => compareText(a, b)));
};

/** Whether copies of a decided event say different things. They were made from one item, so they must be equal. */
const contradicts = ([first, ...others]: Copies): boolean =>
  isDecided(first) && others.some(({ fact }) => canonicalJson(fact) !== canonicalJson(first.fact));

/** Commands of which there are several copies: only these can contradict or be void. Most states have none. */
const copiedOf = <F extends Fact>({ commands }: Kept<F>): readonly (readonly [string, Copies<F>])[] => {
  const copied: [string, Copies<F>][] = [];
  for (const [name, copies] of commands) if (copies.length > 1) copied.push([name, copies]);
  return copied;
};

/**
 * The common part of a state.
 * @param isJudged - whether an agreement decides which copy of a type counts: its copies are not void by themselves
 */
export function commonOf<F extends Fact>(kept: Kept<F>, isJudged: (type: string) => boolean): Common {
  const copied = copiedOf(kept);
  return {
    seen: seenOf(kept.held),
    ...(kept.clock.latest !== undefined && { latestHlc: kept.clock.latest }),
    missing: missingOf(kept.held),
    unread: countBy(kept.unread.values()),
    contradictions: copied
      .filter(([, copies]) => contradicts(copies))
      .map(([name]) => name)
      .toSorted(compareText),
    voids: copied
      .filter(([, copies]) => !isJudged(copies[0].fact.type))
      .flatMap(([, copies]) => voidIdsOf(copies))
      .toSorted(compareText),
  };
}

/**
 * Whether the entity may take a step that cannot be undone, as far as its events are concerned: all are here, all can be read,
 * and none contradicts.
 */
export const isSound = ({ missing, unread, contradictions }: Common): boolean =>
  missing.length === 0 && contradictions.length === 0 && Object.keys(unread).length === 0;
