/**
 * A load of mixed actions under transient faults, with workers killed and executions stopped among them. The plan depends
 * on the number of actions only: the same run again meets the same faults.
 */
import { setTimeout as delay } from 'node:timers/promises';
import { ActionKind, FAULTED_KINDS } from '../../../lambdas/actions/kinds.ts';
import { KpiName } from '../../../lambdas/queue/contracts/kpi-contract.ts';
import { executionNameOf } from '../../../lambdas/queue/domain/task/identity.ts';
import { scriptFault } from '../../rig/faults/fault-client.ts';
import type { Fault, FaultRule } from '../../rig/faults/fault-rules.ts';
import { actionsOf, cardShown, type DrillAction, ENDED, enqueueOne, inLanes, inState } from '../actions.ts';
import type { Drill, Played } from '../drill.ts';
import { stopExecution } from '../executions.ts';
import { effectRule, hitsOf } from '../faults.ts';
import { counted, kpiMet, UNDER_LOAD } from '../guarantees.ts';
import type { DrillSite } from '../site.ts';

/** What happens to one action of the load. */
export type Mishap = 'none' | 'fault' | 'killed' | 'stopped';

/** The kinds of the load, in the order that {@link PATTERN} relies on. */
const LOAD_KINDS = [ActionKind.PdfRender, ActionKind.CrmSync, ActionKind.SlackNotify] as const;

/** Of 30 actions, ten quotes with one of each kind: 9 faults (30 %), 2 kills, 2 stops. 300 have 90, 20 and 20. */
const PATTERN: Readonly<Record<number, Mishap>> = {
  // The first kind is 0, 3, 6 …; the second 1, 4, 7 …; the third 2, 5, 8 …
  0: 'fault',
  1: 'fault',
  2: 'fault',
  3: 'stopped',
  4: 'killed',
  7: 'stopped',
  9: 'fault',
  11: 'killed',
  13: 'fault',
  14: 'fault',
  18: 'fault',
  22: 'fault',
  23: 'fault',
};
const PATTERN_LENGTH = 30;

/** The mishap of the `index`-th action. */
export const mishapOf = (index: number): Mishap => PATTERN[index % PATTERN_LENGTH] ?? 'none';

/** Actions a second. Slack's own limit for a channel is one message a second; the local one has none. */
const RATE_PER_SECOND = 4;
/**
 * Actions under way at one time, until their card shows what became of them: the load follows what the machine can bear,
 * and the latencies are not those of a backlog. Those that wait for a retry or for the sweep do not count.
 */
const AT_ONCE = 4;

/** Transient faults of the CRM and Slack, in turn. */
const PROVIDER_FAULTS: readonly Fault[] = [
  { kind: 'status', status: 500 },
  { kind: 'status', status: 429, retryAfterSeconds: 1 },
  { kind: 'drop_reply' },
  { kind: 'status', status: 503, retryAfterSeconds: 1 },
  { kind: 'drop_request' },
];
/** S3 has no proxy in front of it: the worker of PDFs meets its faults at DynamoDB, at every second write of a task. */
const STORE_FAULTS: readonly Fault[] = [{ kind: 'status', status: 400 }, { kind: 'drop_reply' }];

const pick = (faults: readonly Fault[], turn: number): Fault => {
  const fault = faults[turn % faults.length];
  if (fault === undefined) throw new RangeError('faults: expected at least one');
  return fault;
};

const isFaulted = ({ kind }: DrillAction): boolean => FAULTED_KINDS.includes(kind);

const scriptFor = (site: DrillSite, action: DrillAction, turn: number): Promise<number> =>
  scriptFault(
    site.outputs.faultProxyUrl,
    !isFaulted(action)
      ? {
          target: 'dynamodb',
          path: '/PutItem',
          bodyIncludes: action.taskId,
          every: 2,
          fault: pick(STORE_FAULTS, turn),
        }
      : { ...effectRule(action), fault: pick(PROVIDER_FAULTS, turn) },
  );

/** Stops the first execution: a PDF's at once, before it runs; another's while it waits for the CRM's "not now". */
async function stopEarly(site: DrillSite, action: DrillAction): Promise<boolean> {
  if (isFaulted(action)) await inState(site, action.taskId, 'retryable_failed');
  return stopExecution(site, executionNameOf(action.taskId, 1));
}

/** What keeps an execution running until it is stopped: a slow read by its worker, or a "not now" of its provider. */
const stopRule = (action: DrillAction): FaultRule =>
  !isFaulted(action)
    ? {
        target: 'dynamodb',
        path: '/GetItem',
        bodyIncludes: action.taskId,
        fault: { kind: 'delay', delayMs: 2_000 },
      }
    : { ...effectRule(action), fault: { kind: 'status', status: 429, retryAfterSeconds: 10 } };

/** Scripts what will happen to the action; the rules. */
async function prepare(site: DrillSite, action: DrillAction, index: number): Promise<readonly number[]> {
  const { faultProxyUrl } = site.outputs;
  switch (mishapOf(index)) {
    case 'none':
      return [];
    case 'fault':
      return [await scriptFor(site, action, index)];
    case 'killed':
      return [await scriptFault(faultProxyUrl, { ...effectRule(action), fault: { kind: 'kill_client' } })];
    case 'stopped':
      return [await scriptFault(faultProxyUrl, stopRule(action))];
  }
}

interface Ruled {
  readonly index: number;
  readonly rules: readonly number[];
}

async function prepareAll(site: DrillSite, actions: readonly DrillAction[]): Promise<readonly Ruled[]> {
  const ruled: Ruled[] = [];
  for (const [index, action] of actions.entries())
    ruled.push({ index, rules: await prepare(site, action, index) });
  return ruled;
}

/** Enqueues, and stops what is to be stopped; whether it was. Else waits for its worker, and for the card that says so. */
async function carry(site: DrillSite, action: DrillAction, index: number): Promise<boolean> {
  await enqueueOne(site, action);
  if (mishapOf(index) === 'stopped') return stopEarly(site, action);
  await cardShown(site, await inState(site, action.taskId, ...ENDED, 'retryable_failed'));
  return false;
}

/** Carries all out, at the rate or as fast as the machine can; how many executions were stopped while they ran. */
async function carryAll(site: DrillSite, actions: readonly DrillAction[]): Promise<number> {
  const beganAtMs = performance.now();
  const stopped = await inLanes(
    [...actions.entries()],
    async ([index, action]) => {
      await delay(Math.max(0, beganAtMs + (index * 1_000) / RATE_PER_SECOND - performance.now()));
      return carry(site, action, index);
    },
    AT_ONCE,
  );
  return stopped.filter(Boolean).length;
}

async function bearLoad(site: DrillSite, actions: readonly DrillAction[]): Promise<Played> {
  const ruled = await prepareAll(site, actions);
  const stopped = await carryAll(site, actions);
  const taskIds = actions.map(({ taskId }) => taskId);
  for (const taskId of taskIds) await inState(site, taskId, ...ENDED);
  const hits = (mishap: Mishap): Promise<number> =>
    hitsOf(
      site,
      ruled.flatMap(({ index, rules }) => (mishapOf(index) === mishap ? rules : [])),
    );
  return { taskIds, counts: { faults: await hits('fault'), killed: await hits('killed'), stopped } };
}

const countOf = (actions: number, mishap: Mishap): number =>
  Array.from({ length: actions }, (_, index) => mishapOf(index)).filter((planned) => planned === mishap)
    .length;

/** A load too small to have an action that gets stuck has no sample of recoveries. */
const kpisOf = (actions: number): readonly KpiName[] =>
  Object.values(KpiName).filter(
    (name) =>
      name !== KpiName.RecoveryWithin5Min || countOf(actions, 'killed') + countOf(actions, 'stopped') > 0,
  );

/** A load of so many actions; rounded up to whole quotes of three. */
export function loadOf(actions: number): Drill {
  const quotes = Math.ceil(actions / 3);
  const total = 3 * quotes;
  return {
    name: 'load',
    story: `${total} actions, ${RATE_PER_SECOND} a second and ${AT_ONCE} at once at most: 30 % meet a transient fault, and some lose their worker or have their execution stopped by hand`,
    alone: true,
    common: UNDER_LOAD,
    guarantees: [
      counted('transient faults happened', 'faults', countOf(total, 'fault')),
      counted('workers were killed', 'killed', countOf(total, 'killed')),
      counted('executions were stopped while they ran', 'stopped', countOf(total, 'stopped')),
      ...kpisOf(total).map(kpiMet),
    ],
    functions: ({ outputs }) => ({
      names: ['run-action-pdf'],
      variables: { AWS_ENDPOINT_URL_DYNAMODB: outputs.faultProxyUrl },
    }),
    play: (site) => bearLoad(site, actionsOf(site, 'load', LOAD_KINDS, quotes)),
  };
}
