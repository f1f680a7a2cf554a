/** Measures what one run of a peer uses, counted in the same way as the queue's runs. */
import { setTimeout as delay } from 'node:timers/promises';
import { DescribeExecutionCommand } from '@aws-sdk/client-sfn';
import { marshall } from '@aws-sdk/util-dynamodb';
import { writeUnits } from './capacity-units.ts';
import { stepsOf } from '../executions.ts';
import {
  awaited,
  type CostLab,
  seenSince,
  startSeeing,
  taskFunctions,
  totalRuns,
  type Tried,
  undisturbed,
} from '../lab.ts';
import { crmFailsOnce, scriptFault } from '../queue-runs.ts';
import { usageOfCalls } from './recorder.ts';
import { totalOf, type Usage } from './usage.ts';

/** Reads an item that the workflow writes directly, without a function. */
export type PeerItem = () => Promise<Record<string, unknown> | undefined>;

/** One action carried out by a peer. */
export interface PeerRun {
  readonly quoteId: string;
  /** Whether the CRM's first answer is a 503. */
  readonly failsOnce: boolean;
  /** Functions whose runs count: name in the records → ARN. */
  readonly functions: Readonly<Record<string, string>>;
  /** Starts it; returns the ARN of its execution. */
  readonly start: () => Promise<string>;
  /** The item after its puts, and the item after its updates. */
  readonly put: PeerItem;
  readonly updated: PeerItem;
  /** Use of the client's request, in addition to the functions. */
  readonly request?: Partial<Usage>;
}

const END_POLL_MS = 50;

async function untilSucceeded({ sfn }: CostLab, executionArn: string): Promise<void> {
  await awaited('the peer to end', async () => {
    const { status, error, cause } = await sfn.send(new DescribeExecutionCommand({ executionArn }));
    if (status === 'RUNNING') return delay(END_POLL_MS, undefined);
    if (status !== 'SUCCEEDED') throw new Error(`Peer: ${status} ${error} ${cause}`);
    return true;
  });
}

/** Its items only grow, so the size at the end is the maximum that each write was billed for. */
async function unitsOf(read: PeerItem): Promise<number> {
  const item = await read();
  if (item === undefined) throw new Error('Peer: expected an item that its workflow wrote');
  return writeUnits(undefined, marshall(item));
}

interface TriedPeer extends Tried {
  readonly usage: Usage;
}

/** The counts of the providers do not identify the caller, so another task that is still running would be counted too. */
const queueIsAtWork = (lab: CostLab): boolean => {
  const functions = taskFunctions(lab);
  return lab.recorder.calls().some(({ caller }) => functions[caller] !== undefined);
};

async function tryPeer(lab: CostLab, run: PeerRun): Promise<TriedPeer> {
  if (run.failsOnce) await scriptFault(lab, crmFailsOnce(run.quoteId));
  const sinceMs = await startSeeing(lab);
  const executionArn = await run.start();
  await untilSucceeded(lab, executionArn);
  const { calls, runs, providers } = await seenSince(lab, sinceMs, run.functions);
  const { stateTransitions, itemsPut, itemsUpdated, failures } = await stepsOf(lab.sfn, executionArn);
  const ofStates = {
    stateTransitions,
    lambdaRequests: totalRuns(runs),
    writeUnits: itemsPut * (await unitsOf(run.put)) + itemsUpdated * (await unitsOf(run.updated)),
  };
  return {
    usage: totalOf([usageOfCalls(calls), providers, ofStates, run.request ?? {}]),
    isUndisturbed: failures === (run.failsOnce ? 1 : 0) && !queueIsAtWork(lab),
  };
}

/** The use of one run. @param newRun creates a run of a new action @throws {Error} if it does not succeed */
export const usageOfPeer = async (lab: CostLab, newRun: () => PeerRun): Promise<Usage> =>
  (await undisturbed(() => tryPeer(lab, newRun()))).usage;
