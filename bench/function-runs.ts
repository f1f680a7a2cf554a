/** Reads the run times of the deployed functions from the reports in their logs. */
import * as z from 'zod/mini';
import { sendAwsRequestTo } from '../tools/rig/aws/aws-request.ts';
import type { FunctionName } from '../lib/shared/functions.ts';
import type { LocalOutputs } from '../tools/local/outputs.ts';

/** One invocation, in ms since the epoch. */
export interface FunctionRun {
  readonly startMs: number;
  readonly endMs: number;
}

/** A time interval. */
interface Stretch {
  readonly transitionAtMs: number;
  readonly shownAtMs: number;
}

const pageSchema = z.object({
  events: z.array(z.object({ timestamp: z.number(), message: z.string() })),
  nextToken: z.optional(z.string()),
});
/** Time limit of one page; a machine under load is slow. */
const REQUEST_TIMEOUT_MS = 60_000;
const REPORT_DURATION = /^REPORT .*\sDuration: (\d+(?:\.\d+)?) ms/;

async function filterLogEvents(outputs: LocalOutputs, body: object): Promise<z.infer<typeof pageSchema>> {
  const { awsEndpointUrl, region } = outputs;
  const credentials = { accessKeyId: 'test', secretAccessKey: 'test' };
  const response = await sendAwsRequestTo(
    { url: new URL(awsEndpointUrl), region, credentials },
    { service: 'logs', operation: 'Logs_20140328.FilterLogEvents', body, timeoutMs: REQUEST_TIMEOUT_MS },
  );
  return pageSchema.parse(await response.json());
}

async function runsOf(outputs: LocalOutputs, name: string, sinceMs: number): Promise<readonly FunctionRun[]> {
  const logGroupName = `/aws/lambda/${name}`;
  const runs: FunctionRun[] = [];
  let nextToken: string | undefined;
  do {
    const body = { logGroupName, startTime: sinceMs, ...(nextToken === undefined ? {} : { nextToken }) };
    const page = await filterLogEvents(outputs, body);
    for (const { timestamp: endMs, message } of page.events) {
      const durationMs = REPORT_DURATION.exec(message)?.[1];
      if (durationMs !== undefined) runs.push({ startMs: endMs - Number(durationMs), endMs });
    }
    nextToken = page.nextToken;
  } while (nextToken !== undefined);
  return runs;
}

/** Invocations of the functions that ended after `sinceMs`, by start. */
export async function readRuns(
  outputs: LocalOutputs,
  names: readonly FunctionName[],
  sinceMs: number,
): Promise<readonly FunctionRun[]> {
  const deployed = names.map((name) => deployedNameOf(outputs.functions[name] ?? name));
  const runs = await Promise.all(deployed.map((name) => runsOf(outputs, name, sinceMs)));
  return runs.flat().toSorted((a, b) => a.startMs - b.startMs);
}

const deployedNameOf = (arn: string): string => arn.split(':').at(-1) ?? arn;

/** Number of runs of each function since `sinceMs`. @param functions name in the result → name or ARN */
export async function countRuns(
  outputs: LocalOutputs,
  functions: Readonly<Record<string, string>>,
  sinceMs: number,
): Promise<ReadonlyMap<string, number>> {
  const counts = Object.entries(functions).map(async ([name, arn]) => {
    const runs = await runsOf(outputs, deployedNameOf(arn), sinceMs);
    return [name, runs.length] as const;
  });
  return new Map(await Promise.all(counts));
}

/** How long at least one of the runs was in progress in an interval, in ms. */
function runningMs({ transitionAtMs, shownAtMs }: Stretch, runs: readonly FunctionRun[]): number {
  let coveredMs = 0;
  let reachedMs = transitionAtMs;
  for (const { startMs, endMs } of runs) {
    const fromMs = Math.max(startMs, reachedMs);
    const toMs = Math.min(endMs, shownAtMs);
    if (toMs <= fromMs) continue;
    coveredMs += toMs - fromMs;
    reachedMs = toMs;
  }
  return coveredMs;
}

/** The share of the intervals, 0 to 1, in which a function ran. @param runs by start */
export function shareRunning(stretches: readonly Stretch[], runs: readonly FunctionRun[]): number {
  const covered = stretches.reduce((sumMs, stretch) => sumMs + runningMs(stretch, runs), 0);
  const whole = stretches.reduce(
    (sumMs, { transitionAtMs, shownAtMs }) => sumMs + shownAtMs - transitionAtMs,
    0,
  );
  return whole === 0 ? 0 : covered / whole;
}
