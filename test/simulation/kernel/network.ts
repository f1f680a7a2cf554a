/**
 * The network between the code under test and its services. Sending a request, its arrival, its execution and the arrival of the answer are
 * separate steps, and the plan can make each step fail.
 */
import { POLICY } from '../../../lambdas/queue/domain/task/policy.ts';
import { CallFault, type OutageFault, type Plan, type PlanEntry, type Port } from './faults.ts';
import type { Kernel, Process } from './kernel.ts';
import { fraction, integer } from './random.ts';

/**
 * The queue relies on `clockSkewMs` as a limit of two values together: the difference of two clocks, and the time that a request may travel
 * after its sender gave up or was killed. The world divides it between the two. Beyond this limit, a provider without deduplication can get
 * a request twice.
 */
export const LIMITS = {
  /** Two clocks differ by at most this. */
  skewMs: POLICY.clockSkewMs * 0.6,
  /** A request arrives within this time after its sender's end, or never. */
  transitMs: POLICY.clockSkewMs * 0.4,
} as const;

/** How a request ended for its sender. */
export type Outcome<T> =
  | { readonly kind: 'answered'; readonly value: T }
  /** The service's own error, as it was thrown. */
  | { readonly kind: 'rejected'; readonly error: unknown }
  | { readonly kind: 'failed'; readonly how: 'refused' | 'reset' | 'timeout' | 'server-error' | 'throttled' };

/** A request. */
export interface Request<T> {
  readonly port: Port;
  /** For the timeline. */
  readonly text: string;
  /** Time until its sender gives up, in ms. */
  readonly timeoutMs: number;
  /** Whether it changes something at a provider. */
  readonly isEffect?: boolean;
  /** Executes it at the service; a thrown error is the service's answer. `isLate`: its sender has given up. */
  readonly apply: (isLate: boolean) => T;
}

type CallEntry = Extract<PlanEntry, { kind: 'call' }>;
type Outage = Extract<PlanEntry, { kind: 'outage' }>;

const STANDING: ReadonlySet<CallFault> = new Set([CallFault.Frozen, CallFault.FrozenRefused]);
/** Remaining life of a zombie after it wakes. */
const ZOMBIE_MS = 10_000;
const BROKEN_ITSELF: ReadonlySet<CallFault> = new Set([CallFault.KilledBefore, CallFault.KilledAfter]);

/** The caller's name in plans: `run-action` for `run-action-crm#7`. */
const callerOf = (sender: string): string => sender.replace(/#.*$/, '').replace(/^(run-action)-.*/, '$1');

/** The network of one world. */
export class Network {
  readonly #kernel: Kernel;
  readonly #seed: number;
  readonly #calls = new Map<string, CallFault>();
  readonly #outages: readonly Outage[];
  readonly #counts = new Map<string, number>();
  readonly #slowness: number;
  readonly #kill: (process: Process) => void;
  /** Called with each injected fault. */
  readonly #onFault: (port: Port, fault: CallFault) => void;
  /** Time from which there are no more faults; epoch ms. */
  readonly #healsAtMs: number;

  constructor(
    kernel: Kernel,
    plan: Plan,
    healsAtMs: number,
    hooks: {
      readonly kill: (process: Process) => void;
      readonly onFault: (port: Port, fault: CallFault) => void;
    },
  ) {
    this.#kernel = kernel;
    this.#seed = plan.seed;
    this.#healsAtMs = healsAtMs;
    this.#kill = hooks.kill;
    this.#onFault = hooks.onFault;
    const calls = plan.entries.filter((entry): entry is CallEntry => entry.kind === 'call');
    for (const { at, nth, fault } of calls) this.#calls.set(`${at} ${nth}`, fault);
    this.#slowness = plan.entries.find((entry) => entry.kind === 'slow')?.factor ?? 1;
    this.#outages = plan.entries.filter((entry): entry is Outage => entry.kind === 'outage');
  }

  #count(what: string): number {
    const nth = (this.#counts.get(what) ?? 0) + 1;
    this.#counts.set(what, nth);
    return nth;
  }

  /** The fate of the next request to a port. */
  next(port: Port, sender = ''): { readonly nth: number; readonly fault: CallFault | undefined } {
    const caller = callerOf(sender);
    const [nth, nthOfCaller] = [this.#count(port), this.#count(caller)];
    const { nowMs, startMs } = this.#kernel;
    if (nowMs >= this.#healsAtMs) return { nth, fault: undefined };
    const fault =
      this.#calls.get(`${port} ${nth}`) ??
      this.#calls.get(`${caller} ${nthOfCaller}`) ??
      this.#outageAt(port, nth, nowMs - startMs);
    if (fault !== undefined) this.#onFault(port, fault);
    return { nth, fault };
  }

  #outageAt(port: Port, nth: number, atMs: number): OutageFault | undefined {
    return this.#outages.find(
      (outage) =>
        outage.port === port &&
        atMs >= outage.fromMs &&
        atMs < outage.fromMs + outage.forMs &&
        fraction(this.#seed, `outage ${port}`, nth) < outage.share,
    )?.fault;
  }

  /** A latency in ms: usually a few, sometimes a few hundred. */
  latencyMs(words: string, n: number): number {
    const draw = fraction(this.#seed, words, n);
    return (draw < 0.9 ? 1 + Math.floor(draw * 20) : 20 + Math.floor((draw - 0.9) * 1_000)) * this.#slowness;
  }

  /** Sends a request of `sender`; `settle` runs as that process, unless it is killed before. */
  send<T>(sender: Process, request: Request<T>, settle: (outcome: Outcome<T>) => void): void {
    const { nth, fault } = this.next(request.port, sender.name);
    if (fault === CallFault.KilledBefore) return this.#kill(sender);
    const upMs = this.latencyMs(`up ${request.port}`, nth);
    const downMs = this.latencyMs(`down ${request.port}`, nth);
    sender.waiting += 1;
    const finish = (ms: number, outcome: Outcome<T>): void => {
      this.#kernel.resume(ms, sender, () => {
        sender.waiting -= 1;
        settle(outcome);
      });
    };
    const arrive = (ms: number, then: (outcome: Outcome<T>) => void = () => undefined): void =>
      this.#kernel.after(ms, () => then(this.#carryOut(sender, request, fault)));
    if (fault === undefined || fault === CallFault.Doubled) {
      return arrive(upMs, (outcome) => finish(downMs, outcome));
    }
    if (fault === CallFault.Stalled || STANDING.has(fault)) {
      const isZombie = fault !== CallFault.Stalled && request.isEffect === true;
      const ms = integer(this.#seed, 'stand', isZombie ? 20_000 : 3_000, isZombie ? 90_000 : 14_000, nth);
      if (isZombie) this.#keep(sender, ms);
      if (isZombie && fault === CallFault.FrozenRefused)
        return finish(ms, { kind: 'failed', how: 'throttled' });
      return arrive(upMs, (outcome) => finish(ms, outcome));
    }
    if (BROKEN_ITSELF.has(fault)) return arrive(upMs, () => this.#kill(sender));
    return this.#fail(request, fault, { nth, upMs, downMs, finish, arrive });
  }

  /** Keeps a zombie alive beyond its time limit, for some seconds after it wakes. */
  #keep(sender: Process, ms: number): void {
    sender.deadlineMs = Math.max(sender.deadlineMs, this.#kernel.nowMs + ms + ZOMBIE_MS);
    this.#kernel.at(sender.deadlineMs, () => this.#kill(sender));
  }

  #fail<T>(
    request: Request<T>,
    fault: CallFault,
    way: {
      readonly nth: number;
      readonly upMs: number;
      readonly downMs: number;
      readonly finish: (ms: number, outcome: Outcome<T>) => void;
      readonly arrive: (ms: number, then?: (outcome: Outcome<T>) => void) => void;
    },
  ): void {
    const { nth, upMs, downMs, finish, arrive } = way;
    this.#kernel.trace(`${request.text} ! ${fault}`);
    const breaks = fraction(this.#seed, 'breaks', nth) < 0.5;
    const lost: Outcome<T> = { kind: 'failed', how: breaks ? 'reset' : 'timeout' };
    const lostMs = breaks ? Math.min(upMs + downMs + 1, request.timeoutMs) : request.timeoutMs;
    switch (fault) {
      case CallFault.Refused:
        return finish(upMs, { kind: 'failed', how: 'refused' });
      case CallFault.Throttled:
        return finish(upMs + downMs, { kind: 'failed', how: 'throttled' });
      case CallFault.ServerError:
        return finish(upMs + downMs, { kind: 'failed', how: 'server-error' });
      case CallFault.ServerErrorApplied:
        return arrive(upMs, () => finish(downMs, { kind: 'failed', how: 'server-error' }));
      case CallFault.ReplyLost:
        arrive(upMs);
        return finish(lostMs, lost);
      case CallFault.AppliedLate:
        arrive(lostMs + integer(this.#seed, 'late', 1, LIMITS.transitMs, nth));
        return finish(lostMs, lost);
      case CallFault.RequestLost:
        return finish(lostMs, lost);
      case CallFault.KilledBefore:
      case CallFault.KilledAfter:
      case CallFault.Stalled:
      case CallFault.Frozen:
      case CallFault.FrozenRefused:
      case CallFault.Doubled:
        throw new TypeError(`${fault}: expected a fault of the way`);
    }
  }

  #carryOut<T>(sender: Process, request: Request<T>, fault: CallFault | undefined): Outcome<T> {
    const suffix = fault === undefined ? '' : ` (${fault})`;
    try {
      const value = request.apply(fault === CallFault.AppliedLate);
      this.#kernel.trace(`${sender.name} ${request.text}${suffix}`);
      return { kind: 'answered', value };
    } catch (error) {
      // Only errors of the service itself are answers; any other error is a defect of the simulation.
      if (!(error instanceof Error) || !('$fault' in error)) throw error;
      this.#kernel.trace(`${sender.name} ${request.text}${suffix} → ${error.name}`);
      return { kind: 'rejected', error };
    }
  }
}
