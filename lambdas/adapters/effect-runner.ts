/** `EffectRunner`: the effect of a kind under the ledger, keyed by the task. */
import type { ExecutionTask } from '../contracts/records.ts';
import { effectKeyOf } from '../domain/hashing.ts';
import type { Effect, EffectRunner } from '../domain/ports.ts';
import { isProbeOnly } from '../domain/retry-policy.ts';
import type { EffectOutcome } from '../domain/transitions.ts';
import { LeaseLost } from '../domain/errors.ts';
import { type GuardOptions, runGuarded } from './guarded-effect.ts';

/** See the file head. */
export class GuardedEffectRunner implements EffectRunner {
  readonly #options: GuardOptions;
  readonly #effect: Effect;

  constructor(options: GuardOptions, effect: Effect) {
    this.#options = options;
    this.#effect = effect;
  }

  /** See {@link EffectRunner.run}. */
  async run(task: ExecutionTask): Promise<EffectOutcome> {
    const effectKey = effectKeyOf(task.kind, task.taskId);
    if (task.owner === undefined || task.leaseExpiresAtMs === undefined) {
      throw new LeaseLost({ detail: 'The task is not claimed' });
    }
    return runGuarded(this.#options, {
      claim: {
        effectKey,
        taskHash: task.taskHash,
        owner: task.owner,
        fence: task.version,
        leaseExpiresAtMs: task.leaseExpiresAtMs,
      },
      contentHash: this.#effect.contentHash(task),
      probeOnly: isProbeOnly(task),
      apply: () => this.#effect.apply(task, effectKey),
      probe: () => this.#effect.probe(task, effectKey),
    });
  }
}
