/** What one run of a peer uses, counted as the queue's runs are. */
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

/** Reads an item that the workflow writes without a function. */
export type PeerItem = () => Promise<Record<string, unknown> | undefined>;

/** One action done by a peer. */
export interface PeerRun {
  readonly quoteId: string;
  /** The CRM's first answer is a 503. */
  readonly failsOnce: boolean;
  /** Functions whose runs count: name for the records → ARN. */
  readonly functions: Readonly<Record<string, string>>;
  /** Starts it; the ARN of its execution. */
  readonly start: () => Promise<string>;
  /** One that its puts leave, and the one that its updates leave. */
  readonly put: PeerItem;
  readonly updated: PeerItem;
  /** What the client's request uses beside the functions. */
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

/** Its items only grow, so the size at the end is the most that each write of one was charged for. */
async function unitsOf(read: PeerItem): Promise<number> {
  const item = await read();
  if (item === undefined) throw new Error('Peer: expected an item that its workflow wrote');
  return writeUnits(undefined, marshall(item));
}

interface TriedPeer extends Tried {
  readonly usage: Usage;
}

/** The providers' counts tell nobody apart: a task of somebody else's that is still at work counts into the run. */
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

/** What one run uses. @param newRun of an action that nobody has seen before @throws {Error} when it does not succeed */
export const usageOfPeer = async (lab: CostLab, newRun: () => PeerRun): Promise<Usage> =>
  (await undisturbed(() => tryPeer(lab, newRun()))).usage;
