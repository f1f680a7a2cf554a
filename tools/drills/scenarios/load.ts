/**
 * A load of mixed actions with transient faults, killed workers and stopped executions. The plan depends only on the number of
 * actions, so a second run has the same faults.
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

/** The kinds of the load, in the order on which {@link PATTERN} depends. */
const LOAD_KINDS = [ActionKind.PdfRender, ActionKind.CrmSync, ActionKind.SlackNotify] as const;

/**
 * Per 30 actions (ten quotes with one action of each kind): 9 faults (30 %), 2 kills, 2 stops. So 300 actions have 90, 20 and
 * 20.
 */
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

/** Actions a second. Slack allows one message a second in a channel; the local Slack has no limit. */
const RATE_PER_SECOND = 4;
/**
 * Maximum actions in progress at one time, each until its card shows the result. The load adapts to the machine, so that
 * latencies are not those of a backlog. Actions that wait for a retry or for the sweep do not count.
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
/** S3 is not behind the proxy. The PDF worker gets its faults from DynamoDB instead, at every second write of a task. */
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

/**
 * Stops the first execution: that of a PDF at once, before it runs; any other while it waits because its provider deferred it.
 */
async function stopEarly(site: DrillSite, action: DrillAction): Promise<boolean> {
  if (isFaulted(action)) await inState(site, action.taskId, 'retryable_failed');
  return stopExecution(site, executionNameOf(action.taskId, 1));
}

/** Keeps an execution running until it is stopped: its worker reads slowly, or its provider defers it. */
const stopRule = (action: DrillAction): FaultRule =>
  !isFaulted(action)
    ? {
        target: 'dynamodb',
        path: '/GetItem',
        bodyIncludes: action.taskId,
        fault: { kind: 'delay', delayMs: 2_000 },
      }
    : { ...effectRule(action), fault: { kind: 'status', status: 429, retryAfterSeconds: 10 } };

/** Scripts the mishap of the action; returns the rules. */
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

/**
 * Enqueues an action and, if planned, stops its execution; returns whether it was stopped. Otherwise waits for its worker and
 * its card.
 */
async function carry(site: DrillSite, action: DrillAction, index: number): Promise<boolean> {
  await enqueueOne(site, action);
  if (mishapOf(index) === 'stopped') return stopEarly(site, action);
  await cardShown(site, await inState(site, action.taskId, ...ENDED, 'retryable_failed'));
  return false;
}

/**
 * Carries out all actions, at the rate or as fast as the machine can. Returns how many executions were stopped while running.
 */
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

/** If the load is too small to contain a stuck action, it has no sample of recoveries. */
const kpisOf = (actions: number): readonly KpiName[] =>
  Object.values(KpiName).filter(
    (name) =>
      name !== KpiName.RecoveryWithin5Min || countOf(actions, 'killed') + countOf(actions, 'stopped') > 0,
  );

/** A load of `actions` actions, rounded up to whole quotes of three. */
export function loadOf(actions: number): Drill {
  const quotes = Math.ceil(actions / 3);
  const total = 3 * quotes;
  return {
    name: 'load',
    story: `${total} actions, ${RATE_PER_SECOND} a second and at most ${AT_ONCE} at once: 30 % meet a transient fault, and some lose their worker or have their execution stopped by hand`,
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
