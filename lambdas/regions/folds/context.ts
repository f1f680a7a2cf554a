/** Several causal contexts as one: a copy is seen by the union if and only if one of them saw it. */
import type { Origin, Seen } from '../log/event.ts';
import { type Copies, type Copy, sawCopy } from './kept.ts';

/** A union of causal contexts. */
export interface Union {
  readonly vector: Map<Origin, number>;
  readonly beyond: Set<string>;
}

/** The union of no contexts: it has seen nothing. */
export const nothingSeen = (): Union => ({ vector: new Map(), beyond: new Set() });

/** Adds a context, in place. */
export function addSeen(union: Union, seen: Seen): void {
  for (const origin of Object.keys(seen.vector)) {
    const upTo = seen.vector[origin] ?? 0;
    if (upTo > (union.vector.get(origin) ?? 0)) union.vector.set(origin, upTo);
  }
  for (const id of seen.beyond) union.beyond.add(id);
}

const hasCopy = ({ vector, beyond }: Union, { origin, entitySeq, id }: Copy): boolean =>
  entitySeq <= (vector.get(origin) ?? 0) || (beyond.size > 0 && beyond.has(id));

/** Whether one of the contexts saw the command, by any copy of it. */
export const unionSaw = (union: Union, copies: Copies): boolean =>
  copies.length === 1 ? hasCopy(union, copies[0]) : copies.some((copy) => hasCopy(union, copy));

/** Whether a union has seen nothing. */
export const isNothingSeen = ({ vector, beyond }: Union): boolean => vector.size === 0 && beyond.size === 0;

/** Whether a writer saw one of some commands. */
export const sawOneOf = (seen: Seen, commands: readonly Copies[]): boolean =>
  commands.some((copies) => copies.some((copy) => sawCopy(seen, copy)));
