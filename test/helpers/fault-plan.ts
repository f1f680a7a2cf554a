/**
 * Faults at the n-th call that a worker makes over the network. A killed worker's call never settles: nothing after it
 * runs, no `catch` and no `finally`, which is what a killed Lambda is.
 */

/** What becomes of a call. */
export const FaultMode = {
  /** The worker is killed before the request leaves. */
  KilledBefore: 'killed_before',
  /** The request is carried out and the worker is killed before it reads the answer. */
  KilledAfter: 'killed_after',
  /** The request never leaves, and the worker is told that the connection broke. */
  BrokenBefore: 'broken_before',
  /** The request is carried out, and the worker is told that the connection broke. */
  BrokenAfter: 'broken_after',
} as const;
/** One of {@link FaultMode}. */
export type FaultMode = (typeof FaultMode)[keyof typeof FaultMode];

/** Which call, counted from 1 over all workers, and what becomes of it. */
export interface PlannedFault {
  readonly at: number;
  readonly mode: FaultMode;
}

const never = <T>(): Promise<T> => new Promise<T>(() => undefined);
const broken = (): Error => new TypeError('fetch failed', { cause: new Error('socket hang up') });

/** See the file head. */
export class FaultPlan {
  readonly #faults: readonly PlannedFault[];
  #killed = Promise.withResolvers<'killed'>();
  /** Calls so far. */
  calls = 0;
  /** Faults that have happened. */
  happened = 0;

  constructor(faults: readonly PlannedFault[] = []) {
    this.#faults = faults;
  }

  /** Makes a call, or fails it as planned. */
  async call<T>(send: () => Promise<T>): Promise<T> {
    this.calls += 1;
    const fault = this.#faults.find(({ at }) => at === this.calls);
    if (fault === undefined) return send();
    this.happened += 1;
    if (fault.mode === FaultMode.KilledAfter || fault.mode === FaultMode.BrokenAfter) await send();
    if (fault.mode === FaultMode.BrokenBefore || fault.mode === FaultMode.BrokenAfter) throw broken();
    this.#killed.resolve('killed');
    return never<T>();
  }

  /** Runs a worker until it answers, throws or is killed; the last two are one to the state machine. */
  async run<T>(work: () => Promise<T>): Promise<T | 'lost'> {
    this.#killed = Promise.withResolvers<'killed'>();
    try {
      const outcome = await Promise.race([work(), this.#killed.promise]);
      return outcome === 'killed' ? 'lost' : outcome;
    } catch {
      return 'lost';
    }
  }
}
