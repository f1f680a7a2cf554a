/**
 * Knowing what differs between two Regions: our watermarks, and a rateless IBLT over the hashes of the events. Both summaries are kept
 * up to date as events arrive, so building them is not measured; what is measured is what a comparison costs.
 */
import { cpuTimeUs } from './cpu-rate.ts';
import { DecoderWrapper, EncoderWrapper, ready } from '@peerbit/riblt';
import { chainOf, LANES, SHARDS } from '../../lambdas/regions/log/chain.ts';
import { decodeMarks, encodeMarks } from '../../lambdas/regions/watermarks/codec.ts';
import { type Difference, differences } from '../../lambdas/regions/watermarks/compare.ts';
import { hold, NOTHING_HELD } from '../../lambdas/regions/watermarks/holding.ts';
import { countOf, type Link, START } from '../../lambdas/regions/watermarks/links.ts';
import { type ChainMark, markOf, type Watermark } from '../../lambdas/regions/watermarks/mark.ts';

/** Events of the origin that are compared. */
export const EVENTS = 1_000_000;

const [ORIGIN, HERE, PEER] = ['eu-central-1.a1', 'us-east-1.b1', 'ap-northeast-1.c1'] as const;
const CHAINS = SHARDS * LANES;
/** 1,000,000 ÷ 256 = 3,906 and a rest, which the first chains hold. */
const lengthOf = (chain: number): number => Math.floor(EVENTS / CHAINS) + (chain < EVENTS % CHAINS ? 1 : 0);

const mixed = (number: number): bigint => BigInt.asUintN(64, (BigInt(number) + 1n) * 0x9e3779b97f4a7c15n);
const symbolAt = (chain: number, seq: number): bigint => mixed(chain * 10_000 + seq);
/** Stand-in for an event's hash: 16 bytes that follow from its place. */
const hashAt = (chain: number, seq: number): string => {
  if (seq === 0) return START;
  const half = symbolAt(chain, seq).toString(16).padStart(16, '0');
  return half + half;
};

/** One comparison. */
export interface Comparison {
  /** Bytes that go over the wire until the difference is known. */
  readonly bytes: number;
  /** Round trips until the difference is known. */
  readonly roundTrips: number;
  /** CPU time. */
  readonly ms: number;
  /** Events that are pulled then: all that are missing, and others if the result is not exact. */
  readonly toPull: number;
  /** Whether these are exactly the missing ones. */
  readonly isExact: boolean;
}

/** Events of a chain by number. */
export interface EventPlace {
  readonly chain: number;
  readonly seq: number;
}

/** Places that the peer lacks, spread over the chains. */
export const missingPlaces = (count: number): readonly EventPlace[] =>
  Array.from({ length: count }, (_, index) => ({
    chain: (index * 97) % CHAINS,
    seq: 1 + ((index * 1_009) % 3_000),
  }));

/** Places in one chain with held events between them: the worst case of a watermark, which names eight islands of a chain. */
export const missingInOneChain = (count: number): readonly EventPlace[] =>
  Array.from({ length: count }, (_, index) => ({ chain: 0, seq: 1 + index * 30 }));

const linksOf = (chain: number, without: ReadonlySet<number>): Link[] =>
  Array.from({ length: lengthOf(chain) }, (_, at) => at + 1)
    .filter((seq) => !without.has(seq))
    .map((seq) => ({ seq, prev: hashAt(chain, seq - 1), hash: hashAt(chain, seq) }));

const chainName = (chain: number): string => chainOf(ORIGIN, Math.floor(chain / LANES), chain % LANES);

/** Marks of a Region that holds everything but these places. */
export function marksWithout(places: readonly EventPlace[]): ReadonlyMap<string, ChainMark> {
  const byChain = Map.groupBy(places, ({ chain }) => chain);
  return new Map(
    Array.from({ length: CHAINS }, (_, chain) => {
      const without = new Set(byChain.get(chain)?.map(({ seq }) => seq));
      const holding = hold(NOTHING_HELD, linksOf(chain, without), () => undefined);
      return [chainName(chain), markOf(holding, () => undefined)];
    }),
  );
}

function watermarkFrom(receiver: string, bytes: Uint8Array): Watermark {
  const chains = decodeMarks(ORIGIN, bytes);
  if (!chains.ok) throw new Error(`decodeMarks: ${chains.refusal.field}`);
  return { receiver, origin: ORIGIN, chains: chains.value };
}

/** Compares two Regions by their watermarks: each reads the other's item, which is one round trip. */
export function byWatermarks(
  full: ReadonlyMap<string, ChainMark>,
  lacking: ReadonlyMap<string, ChainMark>,
  missing: readonly EventPlace[],
): Comparison {
  const beganAtUs = cpuTimeUs();
  const [here, peer] = [encodeMarks(ORIGIN, full), encodeMarks(ORIGIN, lacking)];
  const found = differences(watermarkFrom(HERE, here), watermarkFrom(PEER, peer));
  const ms = (cpuTimeUs() - beganAtUs) / 1_000;
  if (!namesAll(found, missing)) throw new Error('watermarks: a missing event is not named');
  const toPull = found.reduce((sum, one) => sum + countOf(one.here.ranges) + countOf(one.peer.ranges), 0);
  const bytes = here.byteLength + peer.byteLength;
  return { bytes, roundTrips: 1, ms, toPull, isExact: toPull === missing.length };
}

/** Whether the ranges that the peer lacks contain every missing event, and no fork is seen. */
function namesAll(found: readonly Difference[], missing: readonly EventPlace[]): boolean {
  const lacking = new Map(found.map(({ chain, peer }) => [chain, peer.ranges]));
  const isNamed = ({ chain, seq }: EventPlace): boolean =>
    lacking.get(chainName(chain))?.some(({ from, to }) => from <= seq && seq <= to) === true;
  return missing.every(isNamed) && found.every(({ forked }) => !forked);
}

/** A coded symbol on the wire: 8 bytes of sum, 8 of hash, 1 for the count, which is small where it matters. */
const CODED_SYMBOL_BYTES = 17;

/** The two summaries of a rateless IBLT, kept up to date. */
export interface Iblt {
  readonly encoder: EncoderWrapper;
  readonly decoder: DecoderWrapper;
}

/** Summaries of all events at one Region, and of all but these at the other. */
export async function ibltWithout(places: readonly EventPlace[]): Promise<Iblt> {
  await ready;
  const without = new Set(places.map(({ chain, seq }) => `${chain}.${seq}`));
  const [encoder, decoder] = [new EncoderWrapper(), new DecoderWrapper()];
  for (let chain = 0; chain < CHAINS; chain += 1)
    for (let seq = 1; seq <= lengthOf(chain); seq += 1) {
      const symbol = symbolAt(chain, seq);
      encoder.add_symbol(symbol);
      if (!without.has(`${chain}.${seq}`)) decoder.add_symbol(symbol);
    }
  return { encoder, decoder };
}

/**
 * Streams coded symbols until the receiver has decoded the difference and says so: one round trip, if what is sent until that answer
 * arrives is not counted. The receiver gets hashes, whose events it then asks for.
 */
export function byIblt({ encoder, decoder }: Iblt, missing: readonly EventPlace[]): Comparison {
  const beganAtUs = cpuTimeUs();
  let symbols = 0;
  do {
    decoder.add_coded_symbol(encoder.produce_next_coded_symbol());
    decoder.try_decode();
    symbols += 1;
  } while (!decoder.decoded());
  const ms = (cpuTimeUs() - beganAtUs) / 1_000;
  const decoded = new Set([...decoder.get_remote_symbols(), ...decoder.get_local_symbols()].map(String));
  if (!missing.every(({ chain, seq }) => decoded.has(String(symbolAt(chain, seq)))))
    throw new Error('riblt: a missing event is not decoded');
  const isExact = decoded.size === missing.length;
  return { bytes: symbols * CODED_SYMBOL_BYTES, roundTrips: 1, ms, toPull: decoded.size, isExact };
}
