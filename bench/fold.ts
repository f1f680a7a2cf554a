/**
 * The rules of the Regions beside other people's, in one run: cart operations against CRDT libraries, and knowing what differs against a
 * rateless IBLT. All rates are of this machine; what counts is their ratio. Times are CPU times of the process with all its threads, so
 * that another load of the machine does not count; an idle machine is at least as fast by the clock.
 */
import {
  type Comparison,
  byIblt,
  byWatermarks,
  EVENTS,
  ibltWithout,
  marksWithout,
  type EventPlace,
  missingInOneChain,
  missingPlaces,
} from './fold/differing.ts';
import { operationsOf } from './fold/operations.ts';
import { eventsOf, foldAll, OURS, parseAndHash, readAndFoldAll } from './fold/ours.ts';
import { storedFormOf } from '../lambdas/regions/log/body.ts';
import { PEERS } from './fold/peers.ts';
import { sizeOf, type System, type Update } from './fold/system.ts';
import { rateOf } from './fold/cpu-rate.ts';
import { type Figure, mean, report } from '../tools/report/report.ts';

const CARTS = 400;
const PER_CART = 50;
const OPERATIONS = CARTS * PER_CART;
/** Comparisons before the one that is measured. */
const WARM_UPS = 20;
const GOALS = { overPeer: 5, folded: 1_000_000, parsed: 200_000, bytes: 20_480 } as const;

const figure = (
  name: string,
  value: number,
  unit: string,
  goal?: readonly [text: string, ok: boolean],
): Figure => ({
  name: `fold/${name}`,
  value,
  unit,
  ...(goal === undefined ? {} : { goal: goal[0], ok: goal[1] }),
  samples: OPERATIONS,
});

const operations = operationsOf(CARTS, PER_CART);
const rate = (work: () => unknown): number => rateOf(OPERATIONS, work);
const ratioOf = (ours: number, theirs: number): number => Number((ours / theirs).toFixed(2));

/** Operations a second of one system. */
interface Rates {
  readonly name: string;
  readonly oneByOne: number;
  /** The faster of one by one and, if the system has it, all updates of a cart in one call. */
  readonly best: number;
  readonly figures: readonly Figure[];
}

/** One system: how fast updates are applied from their bytes, and how long they are. */
function ratesOf(system: System): Rates {
  const updates: readonly Update[] = system.write(operations);
  const { name, applyBatch } = system;
  const oneByOne = rate(() => system.apply(updates));
  const batched = applyBatch === undefined ? [] : [rate(() => applyBatch(updates))];
  const size = Math.round(mean(updates.map(sizeOf)));
  process.stderr.write(`${name}: ${[oneByOne, ...batched].join(', ')} operations/s, ${size} bytes\n`);
  return {
    name,
    oneByOne,
    best: Math.max(oneByOne, ...batched),
    figures: [
      figure(`${name}, from the wire, one by one`, oneByOne, 'operations/s'),
      ...batched.map((value) => figure(`${name}, from the wire, by cart`, value, 'operations/s')),
      figure(`${name}, on the wire`, size, 'bytes per operation'),
    ],
  };
}

/** Our rates over those of the fastest peer. The goal is for equal work: both start at the bytes of the wire. */
function ratioFigures(ours: Rates, peers: readonly Rates[], folded: number): readonly Figure[] {
  const fastest = peers.reduce((most, peer) => (peer.best > most.best ? peer : most));
  const fromWire = ratioOf(ours.best, fastest.best);
  const single = Math.max(...peers.map(({ oneByOne }) => oneByOne));
  const goal = [`≥ ${GOALS.overPeer}`, fromWire >= GOALS.overPeer] as const;
  return [
    figure('from the wire, one by one ÷ fastest peer', ratioOf(ours.oneByOne, single), '×'),
    figure(`from the wire, best way ÷ ${fastest.name}`, fromWire, '×', goal),
    figure(`folded, already parsed ÷ ${fastest.name} from the wire`, ratioOf(folded, fastest.best), '×'),
  ];
}

function foldFigures(): readonly Figure[] {
  const peers = PEERS.map(ratesOf);
  const ours = ratesOf(OURS);
  const events = eventsOf(operations);
  const items = events.map(storedFormOf);
  const floor = rate(() => parseAndHash(items));
  const parsed = rate(() => readAndFoldAll(items));
  const folded = rate(() => foldAll(events));
  return [
    ...[...peers, ours].flatMap(({ figures }) => figures),
    figure('JSON.parse and SHA-256 alone', floor, 'events/s'),
    figure('read, verified and folded', parsed, 'events/s', [`≥ ${GOALS.parsed}`, parsed >= GOALS.parsed]),
    figure('folded, already parsed', folded, 'events/s', [`≥ ${GOALS.folded}`, folded >= GOALS.folded]),
    ...ratioFigures(ours, peers, folded),
  ];
}

function comparisonFigures(name: string, comparison: Comparison, goals: 'goals' | 'none'): readonly Figure[] {
  const { bytes, roundTrips, ms, toPull, isExact } = comparison;
  const goalOf = (text: string, ok: boolean): readonly [string, boolean] | undefined =>
    goals === 'goals' ? [text, ok] : undefined;
  const figures = [
    figure(`${name}, sent`, bytes, 'bytes', goalOf(`≤ ${GOALS.bytes}`, bytes <= GOALS.bytes)),
    figure(`${name}, round trips`, roundTrips, '', goalOf('1', roundTrips === 1)),
    figure(`${name}, time`, Number(ms.toFixed(2)), 'ms'),
    figure(`${name}, to pull`, toPull, 'events', goalOf('exact', isExact)),
  ];
  return figures.map((one) => ({ ...one, samples: EVENTS }));
}

function byMarks(places: readonly EventPlace[]): Comparison {
  const [full, lacking] = [marksWithout([]), marksWithout(places)];
  for (let pass = 0; pass < WARM_UPS; pass += 1) byWatermarks(full, lacking, places);
  return byWatermarks(full, lacking, places);
}

async function differenceFigures(): Promise<readonly Figure[]> {
  const figures: Figure[] = [];
  for (const count of [0, 1, 100]) {
    const places = missingPlaces(count);
    const iblt = byIblt(await ibltWithout(places), places);
    figures.push(...comparisonFigures(`watermarks, ${count} missing`, byMarks(places), 'goals'));
    figures.push(...comparisonFigures(`rateless IBLT, ${count} missing`, iblt, 'none'));
  }
  // Beyond eight islands of a chain a watermark is not exact: that is its limit and no goal.
  const worst = byMarks(missingInOneChain(100));
  return [...figures, ...comparisonFigures('watermarks, 100 missing in one chain', worst, 'none')];
}

report([...foldFigures(), ...(await differenceFigures())]);
