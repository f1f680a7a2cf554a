/**
 * Faults at the n-th network call of a worker. A killed worker's call never settles: no later code runs, also no `catch` or `finally`, like
 * in a killed Lambda.
 */

/** Fault of a call. */
export const FaultMode = {
  /** The worker is killed before the request leaves. */
  KilledBefore: 'killed_before',
  /** The request is carried out and the worker is killed before it reads the answer. */
  KilledAfter: 'killed_after',
  /** The request is not sent, and the worker gets a broken connection. */
  BrokenBefore: 'broken_before',
  /** The request is carried out, and the worker gets a broken connection. */
  BrokenAfter: 'broken_after',
} as const;
/** One of {@link FaultMode}. */
export type FaultMode = (typeof FaultMode)[keyof typeof FaultMode];

/** Number of the call, from 1 over all workers, and its fault. */
export interface PlannedFault {
  readonly at: number;
  readonly mode: FaultMode;
}

const never = <T>(): Promise<T> => new Promise<T>(() => undefined);
const broken = (): Error => new TypeError('fetch failed', { cause: new Error('socket hang up') });

/** The plan of faults. */
export class FaultPlan {
  readonly #faults: readonly PlannedFault[];
  #killed = Promise.withResolvers<'killed'>();
  /** Number of calls so far. */
  calls = 0;
  /** Number of faults so far. */
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

  /** Runs a worker until it answers, throws or is killed; the state machine treats the last two alike. */
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
