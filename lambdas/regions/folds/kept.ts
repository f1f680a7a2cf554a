/**
 * What a fold keeps of the events that it has, and how an event gets into it.
 *
 * Invariant 1: what is kept depends on the set of events only: not on their order, on repetitions, on batches or on where a
 * snapshot was taken. So does everything that is derived from it.
 * Invariant 2: copies of one command are kept together, in the total order. The first one counts, unless an agreement judges them.
 * Invariant 3: an event that this release cannot read is kept by name and counted. Nothing is dropped, and nothing throws.
 */
import {
  compareEvents,
  compareText,
  type EventId,
  type Hlc,
  type LogEvent,
  type Seen,
} from '../log/event.ts';
import { laterOf } from '../log/hlc.ts';
import { type FactReader, readFact } from './facts.ts';
import { type Held, hold, nothingHeld } from './held.ts';

/** A payload that this release can read, with its type. */
export interface Fact {
  readonly type: string;
  readonly payload: unknown;
}

/** One copy of a command, as a fold keeps it: its place, its causal context and what it says. */
export interface Copy<F extends Fact = Fact> extends Pick<
  LogEvent,
  'id' | 'origin' | 'entitySeq' | 'hlc' | 'chain' | 'chainSeq' | 'commandId' | 'seen' | 'deadlineAtMs'
> {
  readonly fact: F;
}

/** The copies of one command that are here, in the total order: at least one. */
export type Copies<F extends Fact = Fact> = readonly [Copy<F>, ...Copy<F>[]];

/** How a kind of data reads events. */
export interface FoldRules<F extends Fact> extends FactReader<F> {
  /** First part of the entity's name, e.g. `cart`. Events of other kinds may be folded too; they have numbers of their own. */
  readonly kind: string;
  /** Counts the changes of the rules, from 1. It is part of every digest, since other rules give other bytes. */
  readonly foldVersion: number;
  /** Name under which copies are put together. @default the command id */
  readonly nameOf?: (event: LogEvent, fact: F) => string;
}

/** What a fold keeps. It is changed in place by {@link absorb} alone. */
export interface Kept<F extends Fact> {
  /** Events of the entity itself. */
  readonly held: Held;
  /** The latest time of the entity's own events; the next event is later. */
  readonly clock: { latest?: Hlc };
  /** Events of other entities, by `<entity>@<origin>`. */
  readonly heldElsewhere: Held;
  /** Copies by the name of their command, each list in the total order. */
  readonly commands: Map<string, Copies<F>>;
  /** Events that cannot be read: `<entity>@<id>` → `<type>@<version>`. */
  readonly unread: Map<string, string>;
}

/** What a fold keeps of no events. */
export const nothingKept = <F extends Fact>(): Kept<F> => ({
  held: nothingHeld(),
  clock: {},
  heldElsewhere: nothingHeld(),
  commands: new Map(),
  unread: new Map(),
});

function copyOf<F extends Fact>(event: LogEvent, fact: F): Copy<F> {
  const { id, origin, entitySeq, hlc, chain, chainSeq, commandId, seen, deadlineAtMs } = event;
  const copy = { id, origin, entitySeq, hlc, chain, chainSeq, commandId, seen, fact };
  return deadlineAtMs === undefined ? copy : { ...copy, deadlineAtMs };
}

/** Copies with one more. Lists are short: a command has a copy for each Region that it was sent to. */
const withCopy = <F extends Fact>([first, ...others]: Copies<F>, copy: Copy<F>): Copies<F> =>
  compareEvents(copy, first) < 0
    ? [copy, first, ...others]
    : [first, ...[...others, copy].toSorted(compareEvents)];

/** Notes that an event is here; false if it was already. */
function isNew(
  kind: string,
  kept: Pick<Kept<Fact>, 'held' | 'heldElsewhere' | 'clock'>,
  { entity, origin, entitySeq, hlc }: LogEvent,
): boolean {
  const isOwn = entity.startsWith(kind) && entity[kind.length] === '#';
  if (!isOwn) return hold(kept.heldElsewhere, `${entity}@${origin}`, entitySeq);
  if (!hold(kept.held, origin, entitySeq)) return false;
  kept.clock.latest = laterOf(kept.clock.latest, hlc) ?? hlc;
  return true;
}

/** Takes one event in. An event that is here already changes nothing, so redelivery is harmless. */
export function absorb<F extends Fact>(rules: FoldRules<F>, kept: Kept<F>, event: LogEvent): void {
  if (!isNew(rules.kind, kept, event)) return;
  const fact = readFact(rules, event);
  if (fact === undefined) {
    kept.unread.set(`${event.entity}@${event.id}`, `${event.type}@${event.schemaVersion}`);
    return;
  }
  const name = rules.nameOf?.(event, fact) ?? event.commandId;
  const copy = copyOf(event, fact);
  const copies = kept.commands.get(name);
  kept.commands.set(name, copies === undefined ? [copy] : withCopy(copies, copy));
}

/** Takes events in, in any order; gives back what was passed. */
export function absorbAll<F extends Fact>(
  rules: FoldRules<F>,
  kept: Kept<F>,
  events: Iterable<LogEvent>,
): Kept<F> {
  for (const event of events) absorb(rules, kept, event);
  return kept;
}

/** Whether a writer had seen a copy. */
export const sawCopy = (seen: Seen, copy: Pick<Copy, 'origin' | 'entitySeq' | 'id'>): boolean =>
  copy.entitySeq <= (seen.vector[copy.origin] ?? 0) || seen.beyond.includes(copy.id);

/** Whether a writer had seen a command: saw one copy of it, and so saw all that it says. */
export const sawCommand = (seen: Seen, copies: Copies): boolean => copies.some((copy) => sawCopy(seen, copy));

/** Ids of the copies that do not count because another copy of their command does. */
export const voidIdsOf = (copies: Copies): readonly EventId[] => copies.slice(1).map(({ id }) => id);

/** The commands that are kept, in the total order of their first copies: the same list for the same set of events. */
export const commandsOf = <F extends Fact>({ commands }: Kept<F>): readonly Copies<F>[] =>
  [...commands]
    .toSorted(([a, [first]], [b, [other]]) => compareEvents(first, other) || compareText(a, b))
    .map(([, copies]) => copies);
