/**
 * A deployed queue whose calls are counted. One task runs through it with exact counts: every transition is published and shown before the
 * next one is made. In production, transitions in quick succession are shown together, which costs less. Therefore these counts are the
 * maximum cost of an action.
 */
import { setTimeout as delay } from 'node:timers/promises';
import { DynamoDBClient } from '@aws-sdk/client-dynamodb';
import { SFNClient } from '@aws-sdk/client-sfn';
import { DynamoDBDocumentClient, GetCommand } from '@aws-sdk/lib-dynamodb';
import * as z from 'zod/mini';
import { DynamoDbAuditRepo } from '../../lambdas/queue/adapters/dynamodb/audit-repo.ts';
import { DynamoDbCardRepo } from '../../lambdas/slack/adapters/dynamodb/card-repo.ts';
import { DynamoDbTaskRepo } from '../../lambdas/queue/adapters/dynamodb/task-repo.ts';
import type { StoredTask } from '../../lambdas/queue/contracts/records.ts';
import { latencyIdOf } from '../../lambdas/queue/contracts/shown-cards.ts';
import type { LocalOutputs } from '../../tools/local/outputs.ts';
import { countRuns } from '../function-runs.ts';
import { type CallHook, type RecordedCall, Recorder, ROOT_KEYS, usageOfCalls } from './meter/recorder.ts';
import { rerouteFunctions } from './meter/rerouting.ts';
import { billableOperations, totalOf, type Usage } from './meter/usage.ts';

const POLL_MS = 50;
/** A run is over if nothing happens for this long. */
const QUIET_MS = 1_000;
/** Longer than every step without an error. */
const LIMIT_MS = 90_000;
/** Functions that a schedule starts, not a task. */
const CLOCKED = new Set(['sweep']);

/** A run and whether it was undisturbed; only undisturbed runs count. */
export interface Tried {
  readonly isUndisturbed: boolean;
}

/**
 * On a busy machine some runs are disturbed: transitions are shown together, a sweep runs in between, a call takes too long.
 */
const MAX_TRIES = 8;

/** Repeats the run until it is undisturbed. @throws {Error} if every attempt is disturbed */
export async function undisturbed<Run extends Tried>(run: () => Promise<Run>): Promise<Run> {
  for (let tries = 1; tries <= MAX_TRIES; tries += 1) {
    const tried = await run();
    if (tried.isUndisturbed) return tried;
  }
  throw new Error(
    `Expected one run of ${MAX_TRIES} in which each transition is shown by itself and no call takes too long`,
  );
}

/** Polls until `look` returns a value. @throws {Error} with what was awaited */
export async function awaited<T>(what: string, look: () => Promise<T | undefined>): Promise<T> {
  const giveUpAtMs = performance.now() + LIMIT_MS;
  for (;;) {
    const found = await look();
    if (found !== undefined) return found;
    if (performance.now() > giveUpAtMs) throw new Error(`Waited ${LIMIT_MS} ms without result for: ${what}`);
    await delay(POLL_MS);
  }
}

const requestsSchema = z.object({ requests: z.array(z.object({ target: z.string() })) });

/** A deployed queue whose calls are counted; created by {@link openLab}. */
export interface CostLab {
  readonly outputs: LocalOutputs;
  readonly recorder: Recorder;
  readonly tasks: DynamoDbTaskRepo;
  readonly sfn: SFNClient;
  readonly store: DynamoDBDocumentClient;
  /** Whether the card of a task shows `version`, and all versions are in the audit trail. */
  isShown(taskId: string, version: number): Promise<boolean>;
  /** Restores the AWS endpoint of the functions. */
  close(): Promise<void>;
}

/** Puts the recorder between the deployed functions and the local AWS. */
export async function openLab(outputs: LocalOutputs): Promise<CostLab> {
  const { awsEndpointUrl: endpoint, region } = outputs;
  const base = new DynamoDBClient({ endpoint, region, credentials: ROOT_KEYS });
  const store = DynamoDBDocumentClient.from(base);
  const cards = new DynamoDbCardRepo(store, outputs.cardsTable);
  const audit = new DynamoDbAuditRepo(store, outputs.auditTable);
  const recorder = new Recorder(outputs);
  const restore = await rerouteFunctions(recorder, outputs, outputs.functions);
  return {
    outputs,
    recorder,
    store,
    tasks: new DynamoDbTaskRepo(store, outputs.tasksTable),
    sfn: new SFNClient({ endpoint, region, credentials: ROOT_KEYS }),
    isShown: async (taskId, version) => {
      const card = await cards.get(taskId);
      return (card?.versionDone ?? 0) >= version && (await audit.list(taskId)).length >= version;
    },
    close: async () => {
      recorder.onCall(undefined);
      await restore();
      await recorder.close();
      store.destroy();
    },
  };
}

/** The records since the start of a run. */
export interface Seen {
  readonly calls: readonly RecordedCall[];
  /** Number of runs of each function. */
  readonly runs: ReadonlyMap<string, number>;
  /** Number of calls of the providers. */
  readonly providers: Pick<Usage, 'crmCalls' | 'slackCalls'>;
}

async function providerCalls({ outputs }: CostLab): Promise<Seen['providers']> {
  const response = await fetch(new URL('/_control/requests', outputs.faultProxyUrl));
  const { requests } = requestsSchema.parse(await response.json());
  const of = (target: string): number => requests.filter((request) => request.target === target).length;
  return { crmCalls: of('crm'), slackCalls: of('slack') };
}

/** Clears the records; returns the time from which runs count, in epoch ms. */
export async function startSeeing({ outputs, recorder }: CostLab): Promise<number> {
  await fetch(new URL('/_control/requests', outputs.faultProxyUrl), { method: 'DELETE' });
  recorder.clear();
  return Date.now();
}

/** Sum of the runs of all functions. */
export const totalRuns = (runs: Seen['runs']): number =>
  [...runs.values()].reduce((sum, count) => sum + count, 0);

/** The records, after a second without activity. @param functions functions whose runs count: name → ARN */
export async function seenSince(
  lab: CostLab,
  sinceMs: number,
  functions: Readonly<Record<string, string>>,
): Promise<Seen> {
  const look = async (): Promise<Seen> => ({
    calls: lab.recorder.calls().filter(({ caller }) => functions[caller] !== undefined),
    runs: await countRuns(lab.outputs, functions, sinceMs),
    providers: await providerCalls(lab),
  });
  let before = await look();
  return awaited('a second in which nothing happens', async () => {
    await delay(QUIET_MS);
    const now = await look();
    const isQuiet =
      now.calls.length === before.calls.length && totalRuns(now.runs) === totalRuns(before.runs);
    before = now;
    return isQuiet ? now : undefined;
  });
}

/** The queue's functions, except those that a schedule starts. */
export const taskFunctions = ({ outputs }: CostLab): Readonly<Record<string, string>> =>
  Object.fromEntries(Object.entries(outputs.functions).filter(([name]) => !CLOCKED.has(name)));

/**
 * The total use, including requests that AWS makes for us without a proxy: the rule sends each event to the card queue, and each run of
 * `update-card` is one receive and one delete.
 */
export function usageOfSeen({ calls, runs, providers }: Seen): Usage {
  const called = usageOfCalls(calls);
  const cardRuns = runs.get('update-card') ?? 0;
  return totalOf([
    called,
    providers,
    { lambdaRequests: totalRuns(runs), sqsRequests: called.events + 2 * cardRuns },
  ]);
}

/** Billable operations by their cause: a function, or a part of AWS. */
export type Parts = Readonly<Record<string, number>>;

/** The result of {@link usageOfSeen} by cause; requests of the card queue are counted with the function that it feeds. */
export function partsOfSeen({ calls, runs }: Seen): Parts {
  const parts = new Map([...runs].filter(([, count]) => count > 0));
  const add = (name: string, operations: number): void => {
    parts.set(name, (parts.get(name) ?? 0) + operations);
  };
  for (const { caller, usage } of calls) add(caller, billableOperations(usage));
  const { events } = usageOfCalls(calls);
  add('update-card', 2 * (runs.get('update-card') ?? 0) + events);
  return Object.fromEntries(parts);
}

async function wasShownAlone(lab: CostLab, taskId: string, version: number): Promise<boolean> {
  const cardId = latencyIdOf(taskId, version);
  return (await itemOf(lab, lab.outputs.cardsTable, { cardId }))?.['versionShown'] === version;
}

/**
 * Whether each of these transitions was published by a separate run, and shown by a separate run before the next one was made.
 */
export async function wereShownAlone(
  lab: CostLab,
  { runs }: Seen,
  taskId: string,
  versions: readonly number[],
): Promise<boolean> {
  const count = versions.length;
  if (runs.get('publish-transitions') !== count || runs.get('update-card') !== count) return false;
  const alone = await Promise.all(versions.map((version) => wasShownAlone(lab, taskId, version)));
  return alone.every(Boolean);
}

/** Maximum delay of a call: less than the 2.5 s after which our clients repeat it. */
const HOLD_MS = 2_000;

/** Delays each start of an execution and each reservation in the ledger until the previous transition is shown. */
export function holdingHook(lab: CostLab, task: () => Promise<StoredTask | undefined>): CallHook {
  const { ledgerTable } = lab.outputs;
  return async ({ caller, operation, table }) => {
    const reserves = caller.startsWith('run-action-') && operation === 'PutItem' && table === ledgerTable;
    if (operation !== 'StartExecution' && !reserves) return undefined;
    const goOnAtMs = performance.now() + HOLD_MS;
    for (;;) {
      const current = await task();
      if (current === undefined || performance.now() > goOnAtMs) return undefined;
      if (await lab.isShown(current.taskId, current.version)) return undefined;
      await delay(POLL_MS);
    }
  };
}

/** The stored item of a key, in the document client's form. */
export const itemOf = async (
  { store }: CostLab,
  TableName: string,
  Key: Record<string, string>,
): Promise<Record<string, unknown> | undefined> =>
  (await store.send(new GetCommand({ TableName, Key, ConsistentRead: true }))).Item;
