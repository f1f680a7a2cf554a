/**
 * Knowing what differs between two Regions: our watermarks, and a rateless IBLT over the hashes of the events. Both summaries are kept
 * up to date as events arrive, so building them is not measured; what is measured is what a comparison costs.
 */
import { DecoderWrapper, EncoderWrapper, ready } from '@peerbit/riblt';
import { chainOf, LANES, SHARDS } from '../../lambdas/regions/log/chain.ts';
import { decodeMarks, encodeMarks } from '../../lambdas/regions/watermarks/codec.ts';
import { differences } from '../../lambdas/regions/watermarks/compare.ts';
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
/** Stand-in for an event's hash: 16 bytes that follow from its place. */
const hashAt = (chain: number, seq: number): string => {
  if (seq === 0) return START;
  const half = mixed(chain * 10_000 + seq)
    .toString(16)
    .padStart(16, '0');
  return half + half;
};

/** One comparison. */
export interface Comparison {
  /** Bytes that go over the wire until the difference is known. */
  readonly bytes: number;
  readonly ms: number;
  /** Whether the result is exactly what is missing. */
  readonly isExact: boolean;
}

/** Places that the peer lacks, spread over the chains. */
export function missingPlaces(count: number): readonly { readonly chain: number; readonly seq: number }[] {
  return Array.from({ length: count }, (_, index) => ({
    chain: (index * 97) % CHAINS,
    seq: 1 + ((index * 1_009) % 3_000),
  }));
}

const linksOf = (chain: number, without: ReadonlySet<number>): Link[] =>
  Array.from({ length: lengthOf(chain) }, (_, at) => at + 1)
    .filter((seq) => !without.has(seq))
    .map((seq) => ({ seq, prev: hashAt(chain, seq - 1), hash: hashAt(chain, seq) }));

/** Marks of a Region that holds everything but these places. */
export function marksWithout(places: ReturnType<typeof missingPlaces>): ReadonlyMap<string, ChainMark> {
  const byChain = Map.groupBy(places, ({ chain }) => chain);
  return new Map(
    Array.from({ length: CHAINS }, (_, chain) => {
      const without = new Set(byChain.get(chain)?.map(({ seq }) => seq));
      const holding = hold(NOTHING_HELD, linksOf(chain, without), () => undefined);
      return [chainOf(ORIGIN, Math.floor(chain / LANES), chain % LANES), markOf(holding, () => undefined)];
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
  missing: number,
): Comparison {
  const beganAtMs = performance.now();
  const [here, peer] = [encodeMarks(ORIGIN, full), encodeMarks(ORIGIN, lacking)];
  const found = differences(watermarkFrom(HERE, here), watermarkFrom(PEER, peer));
  const ms = performance.now() - beganAtMs;
  const lackedHere = found.reduce((sum, one) => sum + countOf(one.here.ranges), 0);
  const lackedThere = found.reduce((sum, one) => sum + countOf(one.peer.ranges), 0);
  const isExact = lackedHere === 0 && lackedThere === missing && found.every(({ forked }) => !forked);
  return { bytes: here.byteLength + peer.byteLength, ms, isExact };
}

/** A coded symbol on the wire: 8 bytes of sum, 8 of hash, 1 for the count, which is small where it matters. */
const CODED_SYMBOL_BYTES = 17;

/** The two summaries of a rateless IBLT, kept up to date. */
export interface Iblt {
  readonly encoder: EncoderWrapper;
  readonly decoder: DecoderWrapper;
}

/** Summaries of all events at one Region, and of all but these at the other. */
export async function ibltWithout(places: ReturnType<typeof missingPlaces>): Promise<Iblt> {
  await ready;
  const without = new Set(places.map(({ chain, seq }) => `${chain}.${seq}`));
  const [encoder, decoder] = [new EncoderWrapper(), new DecoderWrapper()];
  for (let chain = 0; chain < CHAINS; chain += 1)
    for (let seq = 1; seq <= lengthOf(chain); seq += 1) {
      const symbol = mixed(chain * 10_000 + seq);
      encoder.add_symbol(symbol);
      if (!without.has(`${chain}.${seq}`)) decoder.add_symbol(symbol);
    }
  return { encoder, decoder };
}

/** Streams coded symbols until the receiver has decoded the difference. It gets hashes, whose events it then has to ask for. */
export function byIblt({ encoder, decoder }: Iblt, missing: number): Comparison {
  const beganAtMs = performance.now();
  let symbols = 0;
  do {
    decoder.add_coded_symbol(encoder.produce_next_coded_symbol());
    decoder.try_decode();
    symbols += 1;
  } while (!decoder.decoded());
  const ms = performance.now() - beganAtMs;
  const isExact = decoder.get_remote_symbols().length === missing && decoder.get_local_symbols().length === 0;
  return { bytes: symbols * CODED_SYMBOL_BYTES, ms, isExact };
}
