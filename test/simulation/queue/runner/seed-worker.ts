/** One thread: runs each plan twice and posts the result. */
import { parentPort, workerData } from 'node:worker_threads';
import type { Violation } from '../invariants/god-log.ts';
import type { Plan } from '../../kernel/faults.ts';
import { loadMachinery } from './machinery.ts';
import type { Mutation } from './mutation.ts';

/** Input of a thread. */
export interface WorkerInput {
  readonly mutations: readonly Mutation[];
}

/** A question to a thread. */
export interface Question {
  readonly id: number;
  /** A seed or a plan. */
  readonly plan: number | Plan;
  /** Whether to run the plan a second time and compare. */
  readonly isTwice: boolean;
}

/** A thread's answer. */
export interface Answer {
  readonly id: number;
  readonly plan: Plan;
  readonly violations: readonly Violation[];
  readonly reached: readonly string[];
  readonly traceHash: string;
  readonly steps: number;
  readonly simulatedMs: number;
  /** CPU time of this thread for the question, in ms. */
  readonly cpuMs: number;
}

const port = parentPort;
if (port === null) throw new Error('expected to be a thread');
// oxlint-disable-next-line typescript/no-unsafe-type-assertion -- given by the pool
const { mutations } = workerData as WorkerInput;
const machinery = await loadMachinery(mutations);
const [{ runOnce }, { planOf }, { Invariant }] = await Promise.all([
  import('../simulate.ts'),
  import('../plans.ts'),
  import('../invariants/god-log.ts'),
]);

const cpuMs = (): number => {
  const { user, system } = process.threadCpuUsage();
  return (user + system) / 1_000;
};

async function answer({ id, plan: asked, isTwice }: Question): Promise<Answer> {
  const startedMs = cpuMs();
  const plan = typeof asked === 'number' ? planOf(asked) : asked;
  const first = await runOnce(machinery, plan);
  const second = isTwice && first.violations.length === 0 ? await runOnce(machinery, plan) : first;
  const differs = {
    invariant: Invariant.Deterministic,
    text: `${first.traceHash} and then ${second.traceHash}`,
  };
  const { violations, traceHash, steps, simulatedMs } = first;
  return {
    id,
    plan,
    violations: traceHash === second.traceHash ? violations : [...violations, differs],
    reached: [...first.reached],
    traceHash,
    steps,
    simulatedMs: simulatedMs * (second === first ? 1 : 2),
    cpuMs: cpuMs() - startedMs,
  };
}

port.on('message', (question: Question) => {
  answer(question).then(
    (found) => port.postMessage(found),
    (thrown: unknown) => {
      throw thrown;
    },
  );
});
port.postMessage('ready');
