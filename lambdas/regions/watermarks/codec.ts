/**
 * A watermark as the bytes of one item.
 *
 * Invariant 1: a set of marks has exactly one encoding. Other bytes are refused, so items can be compared byte by byte.
 * Invariant 2: unreadable bytes claim nothing; decoding never throws.
 *
 * Layout: version, number of marks; for each mark in order of its chain: chain (from the one before), flags, frontier, 16 bytes of hash,
 * then the parts that the flags announce: islands (number; for each: distance, length, 16 + 16 bytes), events without keys (number;
 * distances), disputed number. Numbers are LEB128. 256 chains without islands: 256 × (1 + 1 + 3 + 16) = 5,376 bytes.
 */
import { accepted, refused } from '../change.ts';
import type { Result } from '../change.ts';
import { chainOf, LANES, SHARDS } from '../log/chain.ts';
import type { ChainId, Origin } from '../log/event.ts';
import { ByteReader, ByteWriter } from './bytes.ts';
import { START } from './links.ts';
import { MAX_ISLANDS, MAX_KEYLESS } from './mark.ts';
import type { ChainMark } from './mark.ts';
import type { Run } from './holding.ts';

/** Version of the layout. */
const VERSION = 1;
const CHAINS = SHARDS * LANES;
const FLAG = { islands: 1, more: 2, keyless: 4, moreKeyless: 8, disputed: 16 } as const;
const ALL_FLAGS = 31;

/** Why bytes are refused as a watermark. */
export type CodecRefusal = 'version' | 'bytes';

const isEmpty = (mark: ChainMark): boolean => mark.frontier === 0 && flagsOf(mark) === 0;

const flagsOf = (mark: ChainMark): number =>
  (mark.islands.length > 0 ? FLAG.islands : 0) |
  (mark.more ? FLAG.more : 0) |
  (mark.keyless.length > 0 ? FLAG.keyless : 0) |
  (mark.moreKeyless ? FLAG.moreKeyless : 0) |
  (mark.disputedAt === undefined ? 0 : FLAG.disputed);

/** Encodes an origin's marks. Chains without held events are omitted. */
export function encodeMarks(origin: Origin, chains: ReadonlyMap<ChainId, ChainMark>): Uint8Array {
  const marks = Array.from({ length: CHAINS }, (_, number) => chains.get(nameOf(origin, number)))
    .map((mark, number) => ({ mark, number }))
    .filter(
      (one): one is { mark: ChainMark; number: number } => one.mark !== undefined && !isEmpty(one.mark),
    );
  const out = new ByteWriter();
  out.number(VERSION);
  out.number(marks.length);
  for (const [at, { mark, number }] of marks.entries()) {
    out.number(number - (marks[at - 1]?.number ?? -1) - 1);
    writeMark(out, mark);
  }
  return out.bytes();
}

const nameOf = (origin: Origin, number: number): ChainId =>
  chainOf(origin, Math.floor(number / LANES), number % LANES);

function writeMark(out: ByteWriter, mark: ChainMark): void {
  out.number(flagsOf(mark));
  out.number(mark.frontier);
  out.hash(mark.hash);
  if (mark.islands.length > 0) writeIslands(out, mark);
  if (mark.keyless.length > 0) writeKeyless(out, mark.keyless);
  if (mark.disputedAt !== undefined) out.number(mark.disputedAt);
}

/** At least one number between two runs is not held, so distances are counted from 2. */
function writeIslands(out: ByteWriter, { frontier, islands }: ChainMark): void {
  out.number(islands.length);
  let end = frontier;
  for (const { from, to, prev, hash } of islands) {
    out.number(from - end - 2);
    out.number(to - from);
    out.hash(prev);
    out.hash(hash);
    end = to;
  }
}

function writeKeyless(out: ByteWriter, keyless: readonly number[]): void {
  out.number(keyless.length);
  for (const [at, seq] of keyless.entries()) out.number(seq - (keyless[at - 1] ?? 0) - 1);
}

/** Decodes an item's bytes. Refused if they have another version, or differ from what {@link encodeMarks} writes. */
export function decodeMarks(
  origin: Origin,
  bytes: Uint8Array,
): Result<ReadonlyMap<ChainId, ChainMark>, CodecRefusal> {
  const from = new ByteReader(bytes);
  if (from.number() !== VERSION) return refused('version', 'bytes', `version ${VERSION}`);
  const chains = readMarks(from, origin);
  return from.isSound() && from.isAtEnd()
    ? accepted(chains)
    : refused('bytes', 'bytes', 'the one form of a watermark');
}

function readMarks(from: ByteReader, origin: Origin): ReadonlyMap<ChainId, ChainMark> {
  const chains = new Map<ChainId, ChainMark>();
  let number = -1;
  for (let left = from.upTo(CHAINS); left > 0 && from.isSound(); left -= 1) {
    number += from.number() + 1;
    const mark = readMark(from);
    from.expect(number < CHAINS && !isEmpty(mark));
    chains.set(nameOf(origin, number), mark);
  }
  return chains;
}

function readMark(from: ByteReader): ChainMark {
  const flags = from.upTo(ALL_FLAGS);
  const has = (flag: number): boolean => (flags & flag) !== 0;
  const [frontier, hash] = [from.number(), from.hash()];
  from.expect(frontier > 0 || hash === START);
  const islands = has(FLAG.islands) ? readIslands(from, frontier) : [];
  const keyless = has(FLAG.keyless) ? readKeyless(from) : [];
  const [more, moreKeyless] = [has(FLAG.more), has(FLAG.moreKeyless)];
  const mark = { frontier, hash, islands, more, keyless, moreKeyless };
  return has(FLAG.disputed) ? { ...mark, disputedAt: from.number() } : mark;
}

function readIslands(from: ByteReader, frontier: number): readonly Run[] {
  const islands: Run[] = [];
  let end = frontier;
  for (let left = from.within(1, MAX_ISLANDS); left > 0 && from.isSound(); left -= 1) {
    const first = end + 2 + from.number();
    end = first + from.number();
    from.expect(Number.isSafeInteger(end));
    islands.push({ from: first, to: end, prev: from.hash(), hash: from.hash() });
  }
  return islands;
}

function readKeyless(from: ByteReader): readonly number[] {
  const keyless: number[] = [];
  for (let left = from.within(1, MAX_KEYLESS); left > 0 && from.isSound(); left -= 1)
    keyless.push((keyless.at(-1) ?? 0) + 1 + from.number());
  return keyless;
}
