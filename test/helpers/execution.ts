/** One execution of the state machine in process: worker, Catch, record-lost-worker and waits, like `quote-action`. */
import { GuardedEffectRunner } from '../../lambdas/queue/adapters/effect-runner.ts';
import type { GuardOptions } from '../../lambdas/shared/adapters/guarded-effect.ts';
import { WORKER_BY_KIND } from '../../lambdas/actions/kinds.ts';
import type { ExecutionTask } from '../../lambdas/queue/contracts/records.ts';
import type { RunActionOutput } from '../../lambdas/queue/contracts/state-machine-io.ts';
import { driveTask } from '../../lambdas/queue/domain/driver/drive-task.ts';
import { outputOf } from '../../lambdas/queue/domain/driver/driver-view.ts';
import type { FakeClock } from '../../tools/rig/fake-clock.ts';
import { countedIds } from '../../tools/rig/counted-ids.ts';
import type { FaultPlan } from './fault-plan.ts';
import { remainingMsFrom } from './lambda-context.ts';
import type { Provider } from './providers.ts';
import type { QueueStore } from './queue-store.ts';

/** Dependencies of an execution. */
export interface ExecutionOptions {
  readonly store: QueueStore;
  readonly provider: Provider;
  readonly plan: FaultPlan;
  readonly clock: FakeClock;
}

/** Rounds of the state machine before the test fails. */
const MAX_ROUNDS = 100;

/** One invocation of `run-action`. */
export function runWorker(options: ExecutionOptions, task: ExecutionTask): Promise<RunActionOutput> {
  const { store, provider, plan, clock } = options;
  const guard: GuardOptions = {
    ledger: store.ledger,
    clock,
    ids: countedIds,
    remainingMs: remainingMsFrom(clock),
  };
  const effect = provider.effect(guard, (send) => plan.call(send));
  const effects = new GuardedEffectRunner({ ...guard, tasks: options.store.tasks }, effect);
  const { taskId, generation } = task;
  const worker = WORKER_BY_KIND[task.kind];
  const unlogged = { onFailure: () => undefined, onMismatch: () => undefined };
  return driveTask({ queue: store.queue, effects, worker, ...unlogged }, { taskId, generation });
}

/** Invokes `record-lost-worker` until it answers. */
async function recordLost({ store, plan }: ExecutionOptions, task: ExecutionTask): Promise<RunActionOutput> {
  for (let delivery = 1; delivery <= MAX_ROUNDS; delivery += 1) {
    const view = await plan.run(() => store.queue.recordLostWorker(task, 'It crashed'));
    if (view !== 'lost') return outputOf(view);
  }
  throw new Error('record-lost-worker never answered');
}

/** Runs the execution to its end; returns the last outcome. */
export async function execute(options: ExecutionOptions, task: ExecutionTask): Promise<RunActionOutput> {
  for (let round = 1; round <= MAX_ROUNDS; round += 1) {
    const answer = await options.plan.run(() => runWorker(options, task));
    const output = answer === 'lost' ? await recordLost(options, task) : answer;
    if (output.outcome !== 'retryable_failed') return output;
    options.clock.advance(output.waitSeconds * 1_000);
  }
  throw new Error(`The execution did not end within ${MAX_ROUNDS} rounds`);
}
