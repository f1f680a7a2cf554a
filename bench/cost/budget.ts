/** The stored budget: the maximum that each scenario may use. A budget that is much higher than the use is an error too. */
import { readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import * as z from 'zod/mini';
import { Counted, USAGE_KEYS, type Usage, usageOf } from './meter/usage.ts';

/** Path of the budget; written by `npm run bench:cost -- --write`. */
export const BUDGET_FILE = join(import.meta.dirname, 'budget.json');

const count = z.number().check(z.minimum(0));
const usageSchema = z.strictObject({
  stateTransitions: count,
  lambdaRequests: count,
  readUnits: count,
  writeUnits: count,
  sqsRequests: count,
  events: count,
  s3Writes: count,
  s3Reads: count,
  apiRequests: count,
  readBytes: count,
  writtenBytes: count,
  crmCalls: count,
  slackCalls: count,
});
const budgetSchema = z.strictObject({
  scenarios: z.record(z.string(), usageSchema),
  /** Billable operations of the scenario `crm.sync`, by the part of the system that causes them. */
  parts: z.record(z.string(), count),
});
/** Counts by scenario. */
export type Budget = z.infer<typeof budgetSchema>;

/** Byte counts differ with the length of ids and times: by 5 % either way, at least 64 bytes. */
const BYTES_TOLERANCE = 0.05;
const BYTES_TOLERATED = 64;
const BYTE_KEYS: ReadonlySet<string> = new Set([Counted.ReadBytes, Counted.WrittenBytes]);

/** @throws {z.core.$ZodError} if the file does not match the schema */
export const readBudget = (): Budget => budgetSchema.parse(JSON.parse(readFileSync(BUDGET_FILE, 'utf8')));

/** A scenario of the budget. @throws {RangeError} if the budget does not have it */
export const usageOfScenario = ({ scenarios }: Budget, name: string): Usage => {
  const usage = scenarios[name];
  if (usage === undefined) throw new RangeError(`budget: expected the scenario ${name}`);
  return usage;
};

/** Replaces the budget with the measured counts. */
export function writeBudget({ scenarios, parts }: Budget): void {
  const rounded = Object.entries(scenarios).map(([name, usage]) => [name, roundedUp(usage)]);
  writeFileSync(
    BUDGET_FILE,
    `${JSON.stringify({ scenarios: Object.fromEntries(rounded), parts }, null, 2)}\n`,
  );
}

/** Bytes are rounded up to the next ten; all other counts are kept. */
const roundedUp = (usage: Usage): Usage =>
  usageOf((key) => (BYTE_KEYS.has(key) ? Math.ceil(usage[key] / 10) * 10 : usage[key]));

function violation(name: string, key: keyof Usage, allowed: number, used: number): string | undefined {
  const tolerated = BYTE_KEYS.has(key) ? Math.max(BYTES_TOLERATED, allowed * BYTES_TOLERANCE) : 0;
  if (used > allowed + tolerated) return `${name}: ${key}: expected at most ${allowed}, used ${used}`;
  if (used < allowed - tolerated) {
    return `${name}: ${key}: the budget of ${allowed} is needlessly loose, used ${used}`;
  }
  return undefined;
}

/**
 * The violations of the budget, one line each: a use above the budget, a budget that is too loose, a scenario that only one side has. Empty
 * without violations.
 */
export function budgetViolations(
  budget: Budget['scenarios'],
  measured: Budget['scenarios'],
): readonly string[] {
  const names = new Set([...Object.keys(budget), ...Object.keys(measured)]);
  return [...names].flatMap((name) => {
    const [allowed, used] = [budget[name], measured[name]];
    if (allowed === undefined) return [`${name}: expected a budget`];
    if (used === undefined) return [`${name}: is in the budget but was not measured`];
    return USAGE_KEYS.flatMap((key) => violation(name, key, allowed[key], used[key]) ?? []);
  });
}
