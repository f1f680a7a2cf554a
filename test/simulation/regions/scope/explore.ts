/**
 * Every interleaving of a small world, breadth first. Equal states are merged, so the search ends, and the first violation that it
 * finds is one with the fewest steps.
 *
 * Liveness: from every state that can be reached, some path without another fault leads to an end. It is looked for backwards, from
 * the ends, over the explored graph.
 */
import { keyOf } from './parts.ts';

/** One thing that may happen. */
export interface Step<S> {
  /** Who does what, for people. */
  readonly says: string;
  readonly to: S;
  /** Nobody can count on it: it does not lead to an end. @default false */
  readonly isFault?: boolean;
}

/** A small world. `S` is a flat record of parts; every state has the same fields in the same order. */
export interface World<S extends object> {
  readonly start: S;
  /** Everything that may happen in a state. A step that changes nothing may be among them. */
  readonly steps: (state: S) => Iterable<Step<S>>;
  /** What is wrong with a state; nothing if all invariants hold. */
  readonly violations: (state: S) => readonly string[];
  /** Whether everything has come to its end here. */
  readonly isOver: (state: S) => boolean;
}

/** What a search found. */
export interface Search {
  readonly states: number;
  readonly transitions: number;
  /** Steps to the state that is farthest from the beginning. */
  readonly depth: number;
  /** States in which everything has come to its end. */
  readonly ends: number;
  readonly violation?: { readonly text: string; readonly path: readonly string[] };
}

/** Whole numbers in a row, 4 bytes each. */
class Numbers {
  length = 0;
  #data = new Int32Array(1 << 16);

  push(value: number): void {
    if (this.length === this.#data.length) {
      const larger = new Int32Array(2 * this.length);
      larger.set(this.#data);
      this.#data = larger;
    }
    this.#data[this.length] = value;
    this.length += 1;
  }

  at(index: number): number {
    return this.#data[index] ?? 0;
  }
}

/** The states that were reached, by number in the order in which they were found, and the steps between them. */
class Graph {
  readonly parents = new Numbers();
  readonly labels: string[] = [];
  readonly ends: number[] = [];
  transitions = 0;
  readonly #numbers = new Map<string, number>();
  readonly #from = new Numbers();
  readonly #to = new Numbers();

  get size(): number {
    return this.labels.length;
  }

  /** The state's number, and whether it is found for the first time. */
  add(state: object, parent: number, says: string): { readonly number: number; readonly isNew: boolean } {
    const key = keyOf(state);
    const known = this.#numbers.get(key);
    if (known !== undefined) return { number: known, isNew: false };
    const number = this.size;
    this.#numbers.set(key, number);
    this.parents.push(parent);
    this.labels.push(says);
    return { number, isNew: true };
  }

  connect(from: number, to: number, isFault: boolean): void {
    this.transitions += 1;
    if (isFault || from === to) return;
    this.#from.push(from);
    this.#to.push(to);
  }

  pathTo(number: number): readonly string[] {
    const path: string[] = [];
    for (let at = number; at > 0; at = this.parents.at(at)) path.push(this.labels[at] ?? '');
    return path.toReversed();
  }

  /** The first state from which no end can be reached, or undefined. */
  stuck(): number | undefined {
    const isLive = new Uint8Array(this.size);
    const sources = this.#sourcesByTarget();
    const open = [...this.ends];
    for (const number of open) isLive[number] = 1;
    for (let target = open.pop(); target !== undefined; target = open.pop())
      for (let at = sources.first[target] ?? 0; at < (sources.first[target + 1] ?? 0); at += 1) {
        const source = sources.all[at] ?? 0;
        if (isLive[source] === 1) continue;
        isLive[source] = 1;
        open.push(source);
      }
    const first = isLive.indexOf(0);
    return first === -1 ? undefined : first;
  }

  /** Steps in the order of where they lead. */
  #sourcesByTarget(): { readonly first: Int32Array; readonly all: Int32Array } {
    const first = new Int32Array(this.size + 1);
    const all = new Int32Array(this.#to.length);
    for (let at = 0; at < this.#to.length; at += 1)
      first[this.#to.at(at) + 1] = (first[this.#to.at(at) + 1] ?? 0) + 1;
    for (let at = 1; at < first.length; at += 1) first[at] = (first[at] ?? 0) + (first[at - 1] ?? 0);
    const next = first.slice();
    for (let at = 0; at < this.#to.length; at += 1) {
      const target = this.#to.at(at);
      all[next[target] ?? 0] = this.#from.at(at);
      next[target] = (next[target] ?? 0) + 1;
    }
    return { first, all };
  }
}

/** Whether a step changes something, as far as that is seen without looking into parts. It saves the key of most idle steps. */
function hasChanged<S extends object>(from: S, to: S): boolean {
  for (const field in to) if (to[field] !== from[field]) return true;
  return false;
}

interface Reached<S> {
  readonly state: S;
  readonly number: number;
}

/** One search: it goes on from the states that were found last. */
class Exploration<S extends object> {
  depth = 0;
  readonly graph = new Graph();
  readonly #world: World<S>;
  #frontier: Reached<S>[] = [];
  #found: Reached<S>[] = [];
  #wrong: { readonly number: number; readonly text: string } | undefined;

  constructor(world: World<S>) {
    this.#world = world;
    this.#reach({ says: '', to: world.start }, 0);
    this.#frontier = this.#found;
  }

  get isDone(): boolean {
    return this.#frontier.length === 0 || this.#wrong !== undefined;
  }

  /** Every step from every state that was found last, up to the first violation. */
  goOn(): void {
    this.#found = [];
    for (const { state, number } of this.#frontier) {
      for (const step of this.#world.steps(state))
        if (hasChanged(state, step.to))
          this.graph.connect(number, this.#reach(step, number), step.isFault === true);
      if (this.#wrong !== undefined) break;
    }
    if (this.#found.length > 0) this.depth += 1;
    this.#frontier = this.#found;
  }

  #reach({ to, says }: Step<S>, parent: number): number {
    const { number, isNew } = this.graph.add(to, parent, says);
    if (!isNew) return number;
    const [text] = this.#world.violations(to);
    if (text !== undefined) this.#wrong ??= { number, text };
    if (this.#world.isOver(to)) this.graph.ends.push(number);
    this.#found.push({ state: to, number });
    return number;
  }

  /** What is wrong, or a state from which no end can be reached. */
  violation(): Search['violation'] {
    if (this.#wrong !== undefined)
      return { text: this.#wrong.text, path: this.graph.pathTo(this.#wrong.number) };
    const stuck = this.graph.stuck();
    return stuck === undefined
      ? undefined
      : { text: 'no path leads to an end from here', path: this.graph.pathTo(stuck) };
  }
}

/**
 * Searches a world to its end, or to the first violation.
 * @throws {RangeError} when there are more than `maxStates` states: a world that grew that much should be looked at
 */
export function explore<S extends object>(world: World<S>, maxStates: number): Search {
  const exploration = new Exploration(world);
  const { graph } = exploration;
  while (!exploration.isDone) {
    exploration.goOn();
    if (graph.size > maxStates) throw new RangeError(`more than ${maxStates} states`);
  }
  const violation = exploration.violation();
  return {
    states: graph.size,
    transitions: graph.transitions,
    depth: exploration.depth,
    ends: graph.ends.length,
    ...(violation !== undefined && { violation }),
  };
}
