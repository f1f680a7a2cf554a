/** The data of the dashboard's picture: records of a local environment, stored as a file. */
import { type ExecutionStatus, ListExecutionsCommand, SFNClient } from '@aws-sdk/client-sfn';
import * as z from 'zod/mini';
import { latencyRecordSchema } from '../../lambdas/queue/contracts/shown-cards.ts';
import { auditRecordSchema } from '../../lambdas/queue/contracts/records.ts';
import type { LocalOutputs } from '../local/outputs.ts';
import { readKpiRecords } from '../kpi/kpi-source.ts';
import { resolveKpiTarget } from '../kpi/kpi-target.ts';

const { taskId, version, to, cause, errorCode, atMs } = auditRecordSchema.shape;
const { latencyMs, shownAtMs } = latencyRecordSchema.shape;

/** The file's shape. All times are ms since the epoch. */
export const recordingSchema = z.object({
  /** Origin of the records, for the picture's caption. */
  source: z.string(),
  sinceMs: z.int(),
  untilMs: z.int(),
  transitions: z.array(z.object({ taskId, version, to, cause, errorCode, atMs })),
  latencies: z.array(z.object({ latencyMs, shownAtMs })),
  executions: z.array(z.object({ status: z.string(), startedAtMs: z.int(), endedAtMs: z.optional(z.int()) })),
});
/** The data of the dashboard's picture. */
export type Recording = z.infer<typeof recordingSchema>;

/** The emulator's root identity. */
const credentials = { accessKeyId: 'test', secretAccessKey: 'test' };

async function readExecutions(
  { awsEndpointUrl: endpoint, region, stateMachineArn }: LocalOutputs,
  sinceMs: number,
): Promise<Recording['executions']> {
  const client = new SFNClient({ endpoint, region, credentials });
  const found: Recording['executions'] = [];
  let nextToken: string | undefined;
  do {
    const page = await client.send(
      new ListExecutionsCommand({ stateMachineArn, ...(nextToken === undefined ? {} : { nextToken }) }),
    );
    for (const { status = 'RUNNING' satisfies ExecutionStatus, startDate, stopDate } of page.executions ??
      []) {
      if (startDate === undefined || startDate.getTime() < sinceMs) continue;
      const ended = stopDate === undefined ? {} : { endedAtMs: stopDate.getTime() };
      found.push({ status, startedAtMs: startDate.getTime(), ...ended });
    }
    ({ nextToken } = page);
  } while (nextToken !== undefined);
  client.destroy();
  return found.toSorted((a, b) => a.startedAtMs - b.startedAtMs);
}

/** Records what a running local environment has done since a given time. */
export async function record(outputs: LocalOutputs, source: string, sinceMs: number): Promise<Recording> {
  const nowMs = Date.now();
  const { client, tables } = await resolveKpiTarget({ stage: 'local' });
  const { transitions, latencies } = await readKpiRecords(client, tables, { sinceMs, nowMs });
  client.destroy();
  const all = [...transitions].toSorted((a, b) => a.atMs - b.atMs);
  const shown = [...latencies].toSorted((a, b) => a.shownAtMs - b.shownAtMs);
  const [first] = all;
  const lastMs = Math.max(all.at(-1)?.atMs ?? nowMs, shown.at(-1)?.shownAtMs ?? 0);
  const executions = await readExecutions(outputs, sinceMs);
  // Parsed by the schema, so that only the fields of the picture are stored.
  const recording = { source, sinceMs: first?.atMs ?? sinceMs, untilMs: lastMs };
  return recordingSchema.parse({ ...recording, transitions: all, latencies: shown, executions });
}
