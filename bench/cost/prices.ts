/** List prices of billable operations, and the cost of a usage. */
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import * as z from 'zod/mini';
import { BILLABLES, Billable, type Usage } from './meter/usage.ts';

const positive = z.number().check(z.gt(0));
const priceSchema = z.strictObject({
  usd: positive,
  /** Number of operations for that price. */
  per: positive,
  /** Page of AWS that lists the price, for a check that it is still valid. */
  source: z.url(),
  /** Page from which the figure was read. AWS's own pages load many prices by script, so a stored copy does not show them. */
  readFrom: z.url(),
});
const priceListSchema = z.strictObject({
  region: z.string(),
  /** Date on which the prices were read, `2026-11-26`. */
  asOf: z.string().check(z.regex(/^\d{4}-\d{2}-\d{2}$/)),
  prices: z.record(z.enum(Billable), priceSchema),
});
/** Prices without free tiers and volume discounts. */
export type PriceList = z.infer<typeof priceListSchema>;

/** Reads `prices.json`. @throws {z.core.$ZodError} if a price is missing */
export const readPrices = (): PriceList =>
  priceListSchema.parse(JSON.parse(readFileSync(join(import.meta.dirname, 'prices.json'), 'utf8')));

/** Price of a number of operations of one kind, in USD. */
export function priceOf({ prices }: PriceList, key: Billable, operations: number): number {
  const { usd, per } = prices[key];
  return (operations * usd) / per;
}

/** Price of a usage in USD. */
export const totalPrice = (list: PriceList, usage: Usage): number =>
  BILLABLES.reduce((sum, key) => sum + priceOf(list, key, usage[key]), 0);
