/** One start of a local environment: what was started, how long each step took, and how to undo it. */
import { isInterrupted, mayBegin, undoAll } from '../rig/process/interruption.ts';
import type { LocalService } from './local-state.ts';

/** Duration of one step; steps may overlap. */
export interface StepTime {
  readonly step: string;
  readonly seconds: number;
}

const SIGNALS = ['SIGINT', 'SIGTERM', 'SIGHUP'] as const;

/** Collects the actions that undo a start; one for each environment. */
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

  /** Reports a step and measures its time. */
  async step<T>(name: string, work: () => Promise<T>): Promise<T> {
    mayBegin();
    this.#onProgress(name);
    const startedAtMs = performance.now();
    const result = await work();
    this.timings.push({ step: name, seconds: (performance.now() - startedAtMs) / 1_000 });
    return result;
  }

  /** Reports a text without a duration. */
  say(text: string): void {
    this.#onProgress(text);
  }

  /** Registers how to undo something. If the session is already stopped, it is undone at once. */
  async onStop(stopper: () => Promise<void>): Promise<void> {
    if (this.#stopped === undefined) this.#stoppers.push(stopper);
    else await stopper();
  }

  /** Undoes everything in reverse order. Later calls wait for the first one. */
  async stop(): Promise<void> {
    await this.#stopOnce();
    this.unwatchSignals();
  }

  #stopOnce(): Promise<void> {
    this.#stopped ??= this.#stopAll();
    return this.#stopped;
  }

  /**
   * On Ctrl-C, SIGTERM or SIGHUP: undoes everything, then ends the process by the same signal. Further signals in the meantime
   * are ignored, because npm forwards the Ctrl-C that the terminal has already sent to all processes.
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

  /** Stops watching signals, unless one is being handled. */
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
