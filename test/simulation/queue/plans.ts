/**
 * Plans from seeds. Each seed draws its kinds of faults and their numbers ("swarm testing"): a run with all faults can hide the
 * consequences of a single one.
 */
import { FAULTED_KINDS, KIND_NAMES } from '../../../lambdas/actions/kinds.ts';
import { CallFault, Caller, type OutageFault, type Plan, type PlanEntry, Port } from '../kernel/faults.ts';
import { fraction, integer, pick } from '../kernel/random.ts';

/** Faults begin within the first three of the four minutes. */
const FAULTS_MS = 3 * 60_000;

/** Approximate number of requests of a world with a few actions: the range of a fault's n. */
const REQUESTS: Readonly<Record<Port | Caller, number>> = {
  [Port.Dynamo]: 200,
  [Port.Crm]: 5,
  [Port.Slack]: 25,
  [Port.S3]: 4,
  [Port.Machine]: 8,
  [Port.Bus]: 20,
  [Port.Queue]: 10,
  [Port.Invoke]: 10,
  [Caller.Worker]: 40,
  [Caller.LostWorker]: 6,
  [Caller.Sweep]: 40,
  [Caller.Publisher]: 40,
  [Caller.Cards]: 80,
  [Caller.Clicks]: 8,
  [Caller.Enqueue]: 12,
  [Caller.Control]: 6,
};

const {
  Refused,
  RequestLost,
  ReplyLost,
  AppliedLate,
  ServerError,
  ServerErrorApplied,
  Throttled,
  KilledBefore,
  KilledAfter,
  Stalled,
  Frozen,
  FrozenRefused,
  Doubled,
} = CallFault;

const LOST: readonly CallFault[] = [RequestLost, ReplyLost, AppliedLate, Refused];
const ANSWERED: readonly CallFault[] = [ServerError, ServerErrorApplied, Throttled];
const KILLED: readonly CallFault[] = [KilledBefore, KilledAfter];

const PORTS = Object.values(Port);
const CALLED = PORTS.filter((port) => port !== Port.Invoke);
/** The worker counts twice, because its requests must not be repeated. */
const PLACES = [...CALLED, ...Object.values(Caller), Caller.Worker, Caller.Worker];
const PROVIDERS = [Port.Crm, Port.Slack, Port.S3];
/** Kinds at HTTP APIs first: the order decides what a seed draws. */
const ACTIONS = [...FAULTED_KINDS, ...KIND_NAMES.filter((kind) => !FAULTED_KINDS.includes(kind))];
const OUTAGES: readonly OutageFault[] = [Refused, RequestLost, ReplyLost, ServerError, Throttled];

/** Draws numbers for one seed; every draw has its own words. */
class Draw {
  readonly #seed: number;

  constructor(seed: number) {
    this.#seed = seed;
  }

  upTo(words: string, max: number, n = 0): number {
    return integer(this.#seed, `plan ${words}`, 0, max, n);
  }

  between(words: string, min: number, max: number, n = 0): number {
    return integer(this.#seed, `plan ${words}`, min, max, n);
  }

  of<T>(words: string, choices: readonly T[], n = 0): T {
    return pick(this.#seed, `plan ${words}`, choices, n);
  }

  /** Half of all seeds have a given kind of fault, with up to `max` faults. */
  count(words: string, max: number): number {
    return fraction(this.#seed, `swarm ${words}`) < 0.5 ? 0 : this.between(`count ${words}`, 1, max);
  }

  times<T>(words: string, max: number, make: (n: number) => T): readonly T[] {
    return Array.from({ length: this.count(words, max) }, (_, n) => make(n));
  }
}

function enqueues(draw: Draw): readonly PlanEntry[] {
  const tasks = draw.between('tasks', 1, 5);
  const quotes = draw.between('quotes', 1, 2);
  return Array.from({ length: tasks }, (_, n) => ({
    kind: 'enqueue',
    atMs: draw.upTo('enqueue at', n === 0 ? 5_000 : FAULTS_MS / 3, n),
    action: draw.of('action', ACTIONS, n),
    quote: draw.upTo('quote', quotes - 1, n),
    key: n,
  }));
}

function calls(
  draw: Draw,
  words: string,
  faults: readonly CallFault[],
  places: readonly (Port | Caller)[],
  max: number,
): readonly PlanEntry[] {
  return draw.times(words, max, (n) => {
    const at = draw.of(`${words} at`, places, n);
    return {
      kind: 'call',
      at,
      nth: draw.between(`${words} nth`, 1, REQUESTS[at], n),
      fault: draw.of(`${words} fault`, faults, n),
    };
  });
}

/** Windows begin early, while the tasks are active. */
const windowOf = (draw: Draw, words: string, longestMs: number, n: number) => ({
  fromMs: draw.upTo(`${words} from`, FAULTS_MS / 3, n),
  forMs: draw.between(`${words} for`, 1_000, longestMs, n),
});

function people(draw: Draw): readonly PlanEntry[] {
  const at = (words: string, n: number) => ({
    atMs: draw.upTo(`${words} at`, FAULTS_MS, n),
    task: draw.upTo(`${words} task`, 4, n),
  });
  return [
    ...draw.times('press', 6, (n): PlanEntry => ({
      kind: 'press',
      ...at('press', n),
      button: draw.upTo('button', 2, n),
    })),
    ...draw.times('control', 4, (n): PlanEntry => ({
      kind: 'control',
      ...at('control', n),
      action: draw.of('control action', ['retry', 'retry', 'abandon', 'cancel'] as const, n),
    })),
    ...draw.times('enqueue-again', 4, (n): PlanEntry => ({
      kind: 'enqueue-again',
      ...at('enqueue-again', n),
    })),
    ...draw.times('reuse-key', 2, (n): PlanEntry => ({ kind: 'reuse-key', ...at('reuse-key', n) })),
    ...draw.times('pause', 2, (n): PlanEntry => ({
      kind: 'pause',
      action: draw.of('pause action', ACTIONS, n),
      ...windowOf(draw, 'pause', 120_000, n),
    })),
    ...draw.times('stop', 4, (n): PlanEntry => ({
      kind: 'stop',
      atMs: draw.upTo('stop at', FAULTS_MS, n),
      execution: draw.upTo('stop which', 4, n),
    })),
    ...draw.times('redrive', 3, (n): PlanEntry => ({
      kind: 'redrive',
      atMs: draw.upTo('redrive at', FAULTS_MS, n),
      execution: draw.upTo('redrive which', 4, n),
    })),
  ];
}

function platform(draw: Draw): readonly PlanEntry[] {
  return [
    ...draw.times('outage', 3, (n): PlanEntry => ({
      kind: 'outage',
      port: draw.of('outage port', CALLED, n),
      ...windowOf(draw, 'outage', 120_000, n),
      fault: draw.of('outage fault', OUTAGES, n),
      share: draw.of('outage share', [1, 0.5], n),
    })),
    ...draw.times('sweep', 6, (n): PlanEntry => ({
      kind: 'sweep',
      atMs: draw.upTo('sweep at', FAULTS_MS, n),
    })),
    ...draw.times('no-sweep', 1, (n): PlanEntry => ({
      kind: 'no-sweep',
      ...windowOf(draw, 'no-sweep', 180_000, n),
    })),
    ...draw.times('index-lag', 1, (n): PlanEntry => ({
      kind: 'index-lag',
      ...windowOf(draw, 'index-lag', 240_000, n),
      lagMs: draw.between('lag', 1_000, 60_000, n),
    })),
    ...draw.times('next-release', 1, (n): PlanEntry => ({
      kind: 'next-release',
      ...windowOf(draw, 'next-release', 180_000, n),
    })),
    ...draw.times('slow', 1, (): PlanEntry => ({ kind: 'slow', factor: draw.of('factor', [3, 10, 20]) })),
    ...draw.times('skew', 1, (): PlanEntry => ({ kind: 'skew', share: 1 })),
    ...draw.times('redeliver', 6, (n): PlanEntry => ({
      kind: 'redeliver',
      source: draw.of('redeliver source', ['stream', 'queue'] as const, n),
      nth: draw.between('redeliver nth', 1, 20, n),
      afterMs: draw.between('redeliver after', 10, n % 2 === 0 ? 60_000 : 1_500_000, n),
    })),
  ];
}

/** The plan of a seed: always the same. */
export function planOf(seed: number): Plan {
  const draw = new Draw(seed);
  const entries = [
    ...enqueues(draw),
    ...people(draw),
    ...platform(draw),
    ...calls(draw, 'lost', LOST, PLACES, 8),
    ...calls(draw, 'answered', ANSWERED, PLACES, 8),
    ...calls(draw, 'killed', KILLED, PLACES, 6),
    ...calls(
      draw,
      'stalled',
      [Stalled],
      [Port.Crm, Port.Slack, Port.S3, Caller.Worker, Caller.Cards, Caller.Sweep],
      3,
    ),
    ...calls(draw, 'frozen', [Frozen, FrozenRefused], PROVIDERS, 3),
    ...calls(draw, 'late', [AppliedLate], [Port.Crm, Port.Slack], 3),
    ...calls(draw, 'invoked', [Doubled, ReplyLost, RequestLost, Throttled], [Port.Invoke], 4),
  ];
  return { seed, entries };
}
