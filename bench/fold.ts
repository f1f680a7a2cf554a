/**
 * The rules of the Regions beside other people's, in one run: cart operations against CRDT libraries, and knowing what differs against a
 * rateless IBLT. All rates are of this machine; what counts is their ratio.
 */
import {
  type Comparison,
  byIblt,
  byWatermarks,
  EVENTS,
  ibltWithout,
  marksWithout,
  missingPlaces,
} from './fold/differing.ts';
import { operationsOf } from './fold/operations.ts';
import { eventsOf, foldAll, OURS, parseAndHash, readAll } from './fold/ours.ts';
import { storedFormOf } from '../lambdas/regions/log/body.ts';
import { PEERS } from './fold/peers.ts';
import { sizeOf, type System, type Update } from './fold/system.ts';
import { type Figure, mean, median, report } from '../tools/report/report.ts';

const CARTS = 400;
const PER_CART = 50;
const OPERATIONS = CARTS * PER_CART;
/** Median of this many passes, after one that warms up. */
const PASSES = 3;
const GOALS = { overPeer: 5, folded: 1_000_000, parsed: 200_000, bytes: 20_480 } as const;

/** Operations a second; the median of some passes. */
function rateOf(work: () => unknown): number {
  work();
  const ms = Array.from({ length: PASSES }, () => {
    const beganAtMs = performance.now();
    work();
    return performance.now() - beganAtMs;
  });
  return Math.round((OPERATIONS * 1_000) / median(ms));
}

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

/** One system: how fast updates are applied, and how long they are. */
function systemFigures(system: System): { readonly figures: readonly Figure[]; readonly rate: number } {
  const updates: readonly Update[] = system.write(operations);
  const { applyBatch } = system;
  const oneByOne = rateOf(() => system.apply(updates));
  const batched = applyBatch === undefined ? undefined : rateOf(() => applyBatch(updates));
  const size = Math.round(mean(updates.map(sizeOf)));
  process.stderr.write(
    `${system.name}: ${oneByOne} operations/s one by one, ${batched ?? '–'} in batches, ${size} bytes\n`,
  );
  return {
    rate: Math.max(oneByOne, batched ?? 0),
    figures: [
      figure(`${system.name}, applied one by one`, oneByOne, 'operations/s'),
      ...(batched === undefined ? [] : [figure(`${system.name}, applied by cart`, batched, 'operations/s')]),
      figure(`${system.name}, on the wire`, size, 'bytes per operation'),
    ],
  };
}

function foldFigures(): readonly Figure[] {
  const peers = PEERS.map(systemFigures);
  const ours = systemFigures(OURS);
  const events = eventsOf(operations);
  const items = events.map(storedFormOf);
  const floor = rateOf(() => parseAndHash(items));
  const parsed = rateOf(() => foldAll(readAll(items)));
  const folded = rateOf(() => foldAll(events));
  const fastest = Math.max(...peers.map(({ rate }) => rate));
  const ratio = Number((folded / fastest).toFixed(1));
  return [
    ...peers.flatMap(({ figures }) => figures),
    ...ours.figures,
    figure('JSON.parse and SHA-256 alone', floor, 'events/s'),
    figure('read, verified and folded', parsed, 'events/s', [`≥ ${GOALS.parsed}`, parsed >= GOALS.parsed]),
    figure('folded', folded, 'events/s', [`≥ ${GOALS.folded}`, folded >= GOALS.folded]),
    figure('folded ÷ fastest peer', ratio, '×', [`≥ ${GOALS.overPeer}`, ratio >= GOALS.overPeer]),
  ];
}

const comparisonFigures = (
  name: string,
  { bytes, ms, isExact }: Comparison,
  goal?: number,
): readonly Figure[] => [
  {
    ...figure(
      `${name}, bytes`,
      bytes,
      'bytes',
      goal === undefined ? undefined : [`≤ ${goal}`, bytes <= goal],
    ),
    samples: EVENTS,
  },
  { ...figure(`${name}, time`, Number(ms.toFixed(2)), 'ms'), samples: EVENTS },
  { ...figure(`${name}, exact`, isExact ? 1 : 0, '1 = yes', ['1', isExact]), samples: EVENTS },
];

async function differenceFigures(): Promise<readonly Figure[]> {
  const full = marksWithout([]);
  const figures: Figure[] = [];
  for (const missing of [0, 1, 100]) {
    const places = missingPlaces(missing);
    const lacking = marksWithout(places);
    byWatermarks(full, lacking, missing);
    figures.push(
      ...comparisonFigures(
        `watermarks, ${missing} missing`,
        byWatermarks(full, lacking, missing),
        GOALS.bytes,
      ),
    );
    figures.push(
      ...comparisonFigures(`rateless IBLT, ${missing} missing`, byIblt(await ibltWithout(places), missing)),
    );
  }
  return figures;
}

report([...foldFigures(), ...(await differenceFigures())]);
