/** List prices of billable operations, and what a usage costs by them. */
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import * as z from 'zod/mini';
import { BILLABLES, Billable, type Usage } from './meter/usage.ts';

const positive = z.number().check(z.gt(0));
const priceSchema = z.strictObject({
  usd: positive,
  /** Operations for that price. */
  per: positive,
  /** Page of AWS that lists it: where to look whether it still is so. */
  source: z.url(),
  /** Page that the figure was read from; AWS's own fill many prices in by script, which a stored copy does not show. */
  readFrom: z.url(),
});
const priceListSchema = z.strictObject({
  region: z.string(),
  /** Day on which the prices were looked up, `2026-11-26`. */
  asOf: z.string().check(z.regex(/^\d{4}-\d{2}-\d{2}$/)),
  prices: z.record(z.enum(Billable), priceSchema),
});
/** Prices without free tiers and volume discounts. */
export type PriceList = z.infer<typeof priceListSchema>;

/** Reads `prices.json`. @throws {z.core.$ZodError} when a price is missing */
export const readPrices = (): PriceList =>
  priceListSchema.parse(JSON.parse(readFileSync(join(import.meta.dirname, 'prices.json'), 'utf8')));

/** Price of one kind of operation, so many times, in USD. */
export function priceOf({ prices }: PriceList, key: Billable, operations: number): number {
  const { usd, per } = prices[key];
  return (operations * usd) / per;
}

/** Price of a usage in USD. */
export const totalPrice = (list: PriceList, usage: Usage): number =>
  BILLABLES.reduce((sum, key) => sum + priceOf(list, key, usage[key]), 0);
