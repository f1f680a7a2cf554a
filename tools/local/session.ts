/** The bringing up of one local environment: what was started, how long each step took, and how to undo it. */
import { isInterrupted, mayBegin, undoAll } from '../rig/process/interruption.ts';
import type { LocalService } from './local-state.ts';

/** How long one step took; steps may overlap. */
export interface StepTime {
  readonly step: string;
  readonly seconds: number;
}

const SIGNALS = ['SIGINT', 'SIGTERM', 'SIGHUP'] as const;

/** Collects what has to be undone; one per environment. */
export class Session {
  readonly timings: StepTime[] = [];
  readonly services: LocalService[] = [];
  readonly #onProgress: (step: string) => void;
  #stoppers: (() => Promise<void>)[] = [];
  #stopped: Promise<void> | undefined;
  #onSignal: ((signal: NodeJS.Signals) => void) | undefined;

  constructor(onProgress: (step: string) => void) {
    this.#onProgress = onProgress;
  }

  /** Reports a step and takes its time. */
  async step<T>(name: string, work: () => Promise<T>): Promise<T> {
    mayBegin();
    this.#onProgress(name);
    const startedAtMs = performance.now();
    const result = await work();
    this.timings.push({ step: name, seconds: (performance.now() - startedAtMs) / 1_000 });
    return result;
  }

  /** Says something that takes no time. */
  say(text: string): void {
    this.#onProgress(text);
  }

  /** Notes how to undo something; a session that is stopped already undoes it at once. */
  async onStop(stopper: () => Promise<void>): Promise<void> {
    if (this.#stopped === undefined) this.#stoppers.push(stopper);
    else await stopper();
  }

  /** Undoes everything, the latest first. Later calls wait for the first one. */
  async stop(): Promise<void> {
    await this.#stopOnce();
    this.unwatchSignals();
  }

  #stopOnce(): Promise<void> {
    this.#stopped ??= this.#stopAll();
    return this.#stopped;
  }

  /**
   * On Ctrl-C, SIGTERM or SIGHUP: undoes everything, then ends as the signal would have ended the process. More signals meanwhile
   * change nothing: npm passes on the Ctrl-C that the terminal has sent to all.
   */
  watchSignals(): void {
    if (this.#onSignal !== undefined) return;
    this.#onSignal = (signal) => {
      if (isInterrupted()) return;
      this.say('Interrupted: stopping what was started');
      void undoAll(() => this.#stopOnce()).finally(() => {
        this.#leaveSignals();
        process.kill(process.pid, signal);
      });
    };
    for (const signal of SIGNALS) process.on(signal, this.#onSignal);
  }

  /** Leaves signals alone again, unless one is being followed. */
  unwatchSignals(): void {
    if (!isInterrupted()) this.#leaveSignals();
  }

  #leaveSignals(): void {
    if (this.#onSignal === undefined) return;
    for (const signal of SIGNALS) process.off(signal, this.#onSignal);
    this.#onSignal = undefined;
  }

  async #stopAll(): Promise<void> {
    const stoppers = this.#stoppers.toReversed();
    this.#stoppers = [];
    for (const stopper of stoppers) await stopper();
  }
}

/** Waits for all, so that nothing is still starting when the first error is thrown. */
export const allOrFirstError = async (work: readonly Promise<unknown>[]): Promise<void> => {
  const failed = (await Promise.allSettled(work)).find((result) => result.status === 'rejected');
  if (failed !== undefined) throw failed.reason;
};
