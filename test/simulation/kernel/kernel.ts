/**
 * The scheduler: one heap of events on a virtual clock. Code under test runs only inside an event, and an event belongs to at most one
 * process. Therefore the seed determines the order of everything, and waiting takes no real time.
 */
import TinyQueue from 'tinyqueue';
import { setImmediate as turn } from 'node:timers/promises';
import { TraceHash } from './random.ts';

/** One invocation of a function, or an external actor (a client, a person). */
export interface Process {
  /** Name in the timeline: `run-action-crm#12`. */
  readonly name: string;
  /** Its clock is ahead of the world's by this, in ms. */
  readonly skewMs: number;
  /** When its platform kills it; epoch ms on the world's clock. */
  deadlineMs: number;
  /** False after it has answered or was killed: no code of it runs then. */
  alive: boolean;
  /** Number of its unanswered requests. */
  waiting: number;
  /** Number of ids that it has drawn. */
  ids: number;
}

interface Event {
  readonly atMs: number;
  readonly order: number;
  readonly process: Process | undefined;
  readonly run: () => void;
}

/** Orders events by time, then by the order in which they were scheduled. */
const compare = (a: Event, b: Event): number => a.atMs - b.atMs || a.order - b.order;

/** One line of a timeline. */
export interface TraceLine {
  /** Since the world began, in ms. */
  readonly atMs: number;
  readonly text: string;
}

/** The scheduler of one world. */
export class Kernel {
  readonly startMs: number;
  /** The world's clock, in epoch ms. */
  nowMs: number;
  /** The running process; absent between the events of processes. */
  current: Process | undefined;
  /** Number of past events. */
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

  /** Schedules an event of the world at a time. */
  at(atMs: number, run: () => void): void {
    this.#push(atMs, undefined, run);
  }

  /** Schedules an event of the world `ms` from now. */
  after(ms: number, run: () => void): void {
    this.#push(this.nowMs + ms, undefined, run);
  }

  /** Continues a process `ms` from now, if it is alive then. */
  resume(ms: number, process: Process, run: () => void): void {
    this.#push(this.nowMs + ms, process, run);
  }

  #push(atMs: number, process: Process | undefined, run: () => void): void {
    this.#order += 1;
    this.#heap.push({ atMs: Math.max(atMs, this.nowMs), order: this.#order, process, run });
  }

  /** Stops the world after the present step. */
  stop(): void {
    this.#stopped = true;
  }

  /** Writes a line into the trace. */
  trace(text: string): void {
    const atMs = this.nowMs - this.startMs;
    this.#hash.add(`${atMs} ${text}\n`);
    this.#lines?.push({ atMs, text });
  }

  /** Hash of the trace so far. */
  digest(): string {
    return this.#hash.digest();
  }

  /** The trace, if it is kept. */
  timeline(): readonly TraceLine[] {
    return this.#lines ?? [];
  }

  /** Runs all events until `untilMs` and sets the clock to it. */
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

  /** Runs the code of the current process until it waits for a request or has ended. */
  async settle(): Promise<void> {
    const process = this.current;
    await turn();
    this.current = undefined;
    if (process?.alive === true && process.waiting === 0) {
      throw new Error(`${process.name} waits for something that is not simulated`);
    }
  }
}
