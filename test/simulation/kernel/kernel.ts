/**
 * The scheduler: one heap of events on a virtual clock. Nothing of the code under test goes on but inside an event, and an
 * event belongs to one process at most; so the order of everything follows from the seed, and time costs nothing.
 */
import TinyQueue from 'tinyqueue';
import { setImmediate as turn } from 'node:timers/promises';
import { TraceHash } from './random.ts';

/** One invocation of a function, or somebody outside (a client, a person). */
export interface Process {
  /** Name in the timeline: `run-action-crm#12`. */
  readonly name: string;
  /** Its clock runs ahead of the world's by this, in ms. */
  readonly skewMs: number;
  /** When it is killed by its platform; epoch ms on the world's clock. */
  deadlineMs: number;
  /** False once it has answered, or was killed: nothing of it goes on then. */
  alive: boolean;
  /** Requests of its that were not answered yet. */
  waiting: number;
  /** Identities that it has drawn. */
  ids: number;
}

interface Event {
  readonly atMs: number;
  readonly order: number;
  readonly process: Process | undefined;
  readonly run: () => void;
}

/** The earlier event first; of two at one time, the one that was planned first. */
const compare = (a: Event, b: Event): number => a.atMs - b.atMs || a.order - b.order;

/** One line of a timeline. */
export interface TraceLine {
  /** Since the world began, in ms. */
  readonly atMs: number;
  readonly text: string;
}

/** See the file head. */
export class Kernel {
  readonly startMs: number;
  /** The world's clock, in epoch ms. */
  nowMs: number;
  /** Whose code runs; absent between the events of processes. */
  current: Process | undefined;
  /** Events that have happened. */
  steps = 0;
  readonly #heap = new TinyQueue<Event>([], compare);
  readonly #hash = new TraceHash();
  readonly #lines: TraceLine[] | undefined;
  #order = 0;
  #stopped = false;

  constructor(startMs: number, keepsTimeline: boolean) {
    this.startMs = startMs;
    this.nowMs = startMs;
    this.#lines = keepsTimeline ? [] : undefined;
  }

  /** Has something happen at a time, in the name of the world. */
  at(atMs: number, run: () => void): void {
    this.#push(atMs, undefined, run);
  }

  /** Has something happen `ms` from now, in the name of the world. */
  after(ms: number, run: () => void): void {
    this.#push(this.nowMs + ms, undefined, run);
  }

  /** Lets a process go on `ms` from now, if it is alive then. */
  resume(ms: number, process: Process, run: () => void): void {
    this.#push(this.nowMs + ms, process, run);
  }

  #push(atMs: number, process: Process | undefined, run: () => void): void {
    this.#order += 1;
    this.#heap.push({ atMs: Math.max(atMs, this.nowMs), order: this.#order, process, run });
  }

  /** Nothing happens after the present step. */
  stop(): void {
    this.#stopped = true;
  }

  /** Writes a line into the trace. */
  trace(text: string): void {
    const atMs = this.nowMs - this.startMs;
    this.#hash.add(`${atMs} ${text}\n`);
    this.#lines?.push({ atMs, text });
  }

  /** Hash of the whole trace so far. */
  digest(): string {
    return this.#hash.digest();
  }

  /** The trace, if it is kept. */
  timeline(): readonly TraceLine[] {
    return this.#lines ?? [];
  }

  /** Runs everything that is due until `untilMs`, and leaves the clock there. */
  async runUntil(untilMs: number): Promise<void> {
    for (;;) {
      const event = this.#heap.peek();
      if (event === undefined || event.atMs > untilMs || this.#stopped) break;
      this.#heap.pop();
      this.nowMs = event.atMs;
      await this.#happen(event);
    }
    this.nowMs = Math.max(this.nowMs, untilMs);
  }

  async #happen(event: Event): Promise<void> {
    const { process } = event;
    if (process === undefined) {
      this.steps += 1;
      event.run();
    } else if (process.alive) {
      this.steps += 1;
      this.current = process;
      event.run();
    }
    if (this.current !== undefined) await this.settle();
  }

  /** Lets the code of the current process go on until it waits for a request, or has ended. */
  async settle(): Promise<void> {
    const process = this.current;
    await turn();
    this.current = undefined;
    if (process?.alive === true && process.waiting === 0) {
      throw new Error(`${process.name} waits for something that is not simulated`);
    }
  }
}
