/**
 * Which events a fold has, per scope: the gapless start as one number, and single numbers beyond the first hole. It makes the
 * second delivery of an event a no-op, and is the `seen` of the next event of the entity.
 */
import { compareText, eventIdOf, type Seen } from '../log/event.ts';

/** Numbers of events, per scope. A scope is an origin, or an entity and an origin where a fold reads two entities. */
export interface Held {
  /** Highest number with nothing missing below it. */
  readonly upTo: Map<string, number>;
  /** Numbers beyond the first hole. */
  readonly beyond: Map<string, Set<number>>;
}

/** Nothing is held. */
export const nothingHeld = (): Held => ({ upTo: new Map(), beyond: new Map() });

/** Whether an event is held. */
export const isHeld = (held: Held, scope: string, seq: number): boolean =>
  seq <= (held.upTo.get(scope) ?? 0) || held.beyond.get(scope)?.has(seq) === true;

/** Moves the gapless start over what is beyond it, as far as there is no hole. */
function closeHoles(held: Held, scope: string, from: number): void {
  const beyond = held.beyond.get(scope);
  if (beyond === undefined) return;
  let upTo = from;
  while (beyond.delete(upTo + 1)) upTo += 1;
  if (beyond.size === 0) held.beyond.delete(scope);
  held.upTo.set(scope, upTo);
}

/** Notes that an event is held; returns false if it was already. Each event of a fold passes here, mostly as the next number. */
export function hold(held: Held, scope: string, seq: number): boolean {
  const upTo = held.upTo.get(scope) ?? 0;
  if (seq <= upTo) return false;
  if (seq === upTo + 1) {
    held.upTo.set(scope, seq);
    if (held.beyond.size > 0) closeHoles(held, scope, seq);
    return true;
  }
  const beyond = held.beyond.get(scope) ?? new Set();
  if (beyond.has(seq)) return false;
  held.beyond.set(scope, beyond.add(seq));
  return true;
}

const byName = ([a]: readonly [string, unknown], [b]: readonly [string, unknown]): number =>
  compareText(a, b);

/** What is held as a causal context: origins sorted, ids sorted by origin and number. */
export function seenOf(held: Held): Seen {
  const beyond = [...held.beyond]
    .toSorted(byName)
    .flatMap(([scope, seqs]) => [...seqs].toSorted((a, b) => a - b).map((seq) => eventIdOf(scope, seq)));
  return { vector: Object.fromEntries([...held.upTo].toSorted(byName)), beyond };
}
