/**
 * Causal context: which events of an entity somebody has folded.
 *
 * Invariant 1: `seen` never names an event that was not folded. A hole is not seen, whatever lies beyond it.
 * Invariant 2: one set of events has one form: no 0 in the vector, `beyond` sorted, nothing in it that the vector covers.
 */
import { compareText, eventIdOf } from './event.ts';
import type { EventId, LogEvent, Origin, Seen } from './event.ts';

/** Nothing is seen. */
export const NOTHING_SEEN: Seen = { vector: {}, beyond: [] };

/** An event id in its two parts. */
export interface EventName {
  readonly origin: Origin;
  /** The origin's number of the entity's event, from 1. */
  readonly entitySeq: number;
}

const EVENT_ID = /^([A-Za-z0-9-]+\.[A-Za-z0-9-]+)#([1-9]\d{0,14})$/;

/** The parts of an event id, or undefined if the text is not one. */
export function parseEventId(id: string): EventName | undefined {
  const match = EVENT_ID.exec(id);
  return match === null ? undefined : { origin: String(match[1]), entitySeq: Number(match[2]) };
}

const namesOf = (ids: readonly EventId[]): EventName[] => ids.flatMap((id) => parseEventId(id) ?? []);

const compareNames = (a: EventName, b: EventName): number =>
  compareText(a.origin, b.origin) || a.entitySeq - b.entitySeq;

/** How many events of an origin are seen without a hole. */
export const seenUpTo = ({ vector }: Seen, origin: Origin): number => vector[origin] ?? 0;

/** Whether an event is seen. */
export const sees = (seen: Seen, id: EventId): boolean => {
  const name = parseEventId(id);
  if (name === undefined) return false;
  return name.entitySeq <= seenUpTo(seen, name.origin) || seen.beyond.includes(id);
};

/** Whether a command is seen: one of its copies is. Who saw one copy has seen what the command did. */
export const seesCommand = (seen: Seen, copies: readonly EventId[]): boolean =>
  copies.some((id) => sees(seen, id));

/** The one form of a set of events: those of `vector`, and those named. */
export function seenOf(vector: Readonly<Record<Origin, number>>, names: readonly EventName[]): Seen {
  const upTo = new Map(Object.entries(vector).filter(([, seq]) => seq > 0));
  const beyond: EventName[] = [];
  for (const name of names.toSorted(compareNames)) {
    const reached = upTo.get(name.origin) ?? 0;
    if (name.entitySeq === reached + 1) upTo.set(name.origin, name.entitySeq);
    else if (name.entitySeq > reached) beyond.push(name);
  }
  const ids = new Set(beyond.map(({ origin, entitySeq }) => eventIdOf(origin, entitySeq)));
  return { vector: Object.fromEntries(upTo), beyond: [...ids] };
}

/** What is seen after an event was folded. An event that is seen already changes nothing. */
export function include(seen: Seen, { origin, entitySeq }: EventName): Seen {
  const reached = seenUpTo(seen, origin);
  if (entitySeq === reached + 1 && seen.beyond.length === 0) {
    return { vector: { ...seen.vector, [origin]: entitySeq }, beyond: [] };
  }
  return seenOf(seen.vector, [...namesOf(seen.beyond), { origin, entitySeq }]);
}

/** What two have seen together. */
export function unite(a: Seen, b: Seen): Seen {
  const vector: Record<Origin, number> = { ...a.vector };
  for (const [origin, seq] of Object.entries(b.vector)) vector[origin] = Math.max(seq, seenUpTo(a, origin));
  return seenOf(vector, namesOf([...a.beyond, ...b.beyond]));
}

/** Whether `a` has seen everything that `b` has. */
export const covers = (a: Seen, b: Seen): boolean => gapsBetween(b, a).length === 0;

/** Whether the writer of `later` had folded `earlier`, of the same entity. Events with neither order are concurrent. */
export const happenedBefore = (earlier: Pick<LogEvent, 'id'>, later: Pick<LogEvent, 'seen'>): boolean =>
  sees(later.seen, earlier.id);

/** Events of one origin, by number, both ends included. */
export interface Gap {
  readonly origin: Origin;
  readonly fromSeq: number;
  readonly toSeq: number;
}

/** What `wanted` has seen and `held` has not, by origin and number; empty if nothing is missing. */
export function gapsBetween(wanted: Seen, held: Seen): readonly Gap[] {
  const names = [
    ...Object.entries(wanted.vector).flatMap(([origin, toSeq]) => holesBelow(held, origin, toSeq)),
    ...namesOf(wanted.beyond)
      .filter(({ origin, entitySeq }) => !sees(held, eventIdOf(origin, entitySeq)))
      .map(({ origin, entitySeq }) => ({ origin, fromSeq: entitySeq, toSeq: entitySeq })),
  ];
  return joined(names.toSorted((a, b) => compareText(a.origin, b.origin) || a.fromSeq - b.fromSeq));
}

/** Numbers up to `toSeq` that are not seen. The work grows with what is beyond holes, not with the numbers. */
function holesBelow(held: Seen, origin: Origin, toSeq: number): Gap[] {
  const gaps: Gap[] = [];
  let fromSeq = seenUpTo(held, origin) + 1;
  for (const name of namesOf(held.beyond)) {
    if (name.origin !== origin || name.entitySeq > toSeq) continue;
    if (name.entitySeq > fromSeq) gaps.push({ origin, fromSeq, toSeq: name.entitySeq - 1 });
    fromSeq = name.entitySeq + 1;
  }
  if (fromSeq <= toSeq) gaps.push({ origin, fromSeq, toSeq });
  return gaps;
}

function joined(sorted: readonly Gap[]): readonly Gap[] {
  const out: Gap[] = [];
  for (const gap of sorted) {
    const last = out.at(-1);
    if (last?.origin === gap.origin && last.toSeq + 1 === gap.fromSeq)
      out[out.length - 1] = { ...last, toSeq: gap.toSeq };
    else out.push(gap);
  }
  return out;
}

const areSorted = (names: readonly EventName[]): boolean =>
  names.every((name, at) => at === 0 || compareNames(names[at - 1] ?? name, name) < 0);

const isVector = (value: unknown): value is Seen['vector'] =>
  typeof value === 'object' &&
  value !== null &&
  !Array.isArray(value) &&
  Object.values(value).every((seq) => Number.isSafeInteger(seq) && Number(seq) > 0);

/** Whether a value is a set of events in its one form. */
export function isSeen(value: unknown): value is Seen {
  if (typeof value !== 'object' || value === null) return false;
  const { vector, beyond } = value as Partial<Record<keyof Seen, unknown>>;
  if (!isVector(vector) || !Array.isArray(beyond)) return false;
  return beyond.length === 0 || areBeyond(vector, beyond);
}

/** Whether `beyond` holds event ids in order, each beyond a hole of its origin. */
function areBeyond(vector: Seen['vector'], beyond: readonly unknown[]): boolean {
  const names = beyond.map((id) => (typeof id === 'string' ? parseEventId(id) : undefined));
  const known = names.filter((name) => name !== undefined);
  const seen = seenOf(vector, known);
  return known.length === names.length && seen.beyond.length === beyond.length && areSorted(known);
}
