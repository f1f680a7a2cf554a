/** Marks and watermarks for tests with several Regions. */
import { chainOf } from '../../../../lambdas/regions/log/chain.ts';
import type { ChainId, Origin } from '../../../../lambdas/regions/log/event.ts';
import type { Link } from '../../../../lambdas/regions/watermarks/links.ts';
import { markOf } from '../../../../lambdas/regions/watermarks/mark.ts';
import type { ChainMark, Watermark } from '../../../../lambdas/regions/watermarks/mark.ts';
import { A } from '../log/lab.ts';
import { receiverOf } from './naive.ts';

export const CHAIN: ChainId = chainOf(A, 0, 0);
export const OTHER_CHAIN: ChainId = chainOf(A, 63, 3);

export const markFrom = (links: readonly Link[]): ChainMark => receiverOf(links).mark();

/** A mark that names everything. */
export const listFrom = (links: readonly Link[]): ChainMark => {
  const { holding, index } = receiverOf(links);
  return markOf(holding, index, { islands: Infinity, keyless: Infinity });
};

export const watermarkOf = (receiver: Origin, chains: Readonly<Record<ChainId, ChainMark>>): Watermark => ({
  receiver,
  origin: A,
  chains: new Map(Object.entries(chains)),
});

export const seqsOf = (ranges: readonly { from: number; to: number }[]): number[] =>
  ranges.flatMap(({ from, to }) => Array.from({ length: to - from + 1 }, (_, at) => from + at));
