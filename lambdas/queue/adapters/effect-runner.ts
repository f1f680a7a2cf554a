/** `EffectRunner`: runs the effect of a kind under the ledger, with a key from the task. */
import type { ExecutionTask } from '../contracts/records.ts';
import { effectKeyOf } from '../domain/task/identity.ts';
import type { EffectRunner, ExecutionQueueRepo } from '../domain/ports.ts';
import type { Effect, EffectOutcome } from '../../shared/domain/effect.ts';
import { applyForbidden } from '../domain/task/retry-policy.ts';
import { LeaseLost } from '../../shared/domain/errors.ts';
import { type GuardOptions, runGuarded } from '../../shared/adapters/guarded-effect.ts';

/** Options of the runner. */
export interface RunnerOptions extends GuardOptions {
  /** Reads the task once more right before an effect is applied. */
  readonly tasks: Pick<ExecutionQueueRepo, 'get'>;
}

/** Runs effects under the ledger. */
export class GuardedEffectRunner implements EffectRunner {
  readonly #options: RunnerOptions;
  readonly #effect: Effect;

  constructor(options: RunnerOptions, effect: Effect) {
    this.#options = options;
    this.#effect = effect;
  }

  /** See {@link EffectRunner.run}. */
  async run(task: ExecutionTask): Promise<EffectOutcome> {
    const effectKey = effectKeyOf(task.kind, task.taskId);
    if (task.owner === undefined || task.leaseExpiresAtMs === undefined) {
      throw new LeaseLost({ detail: 'The task is not claimed' });
    }
    const forbidden = applyForbidden(task, this.#options.clock.nowMs());
    return runGuarded(this.#options, {
      claim: {
        effectKey,
        taskHash: task.taskHash,
        owner: task.owner,
        fence: task.version,
        inDoubt: task.inDoubt === true,
        deduplicates: this.#effect.deduplicates,
        leaseExpiresAtMs: task.leaseExpiresAtMs,
      },
      contentHash: this.#effect.contentHash(task),
      ...(forbidden === undefined ? {} : { applyForbidden: forbidden }),
      confirmOwner: () => this.#confirmOwner(task),
      apply: () => this.#effect.apply(task, effectKey),
      probe: () => this.#effect.probe(task, effectKey),
    });
  }

  /**
   * A lease ends by the clock, but an operator or `record-lost-worker` may have ended it earlier. A delayed worker must not
   * apply the effect of a task that has continued without it.
   */
  async #confirmOwner(task: ExecutionTask): Promise<void> {
    const current = await this.#options.tasks.get(task.taskId);
    if (current?.version === task.version && current.owner === task.owner) return;
    throw new LeaseLost({ detail: `Task ${task.taskId} went on without this worker` });
  }
}
