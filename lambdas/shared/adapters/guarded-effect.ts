/** Runs an effect under the ledger with Powertools' `makeIdempotent`; the rules are in `domain/guarded-run.ts`. */
import {
  IdempotencyAlreadyInProgressError,
  IdempotencyConfig,
  IdempotencyPersistenceLayerError,
  IdempotencyValidationError,
  makeIdempotent,
} from '@aws-lambda-powertools/idempotency';
import type { EffectOutcome } from '../domain/effect.ts';
import {
  type GuardedEffect,
  GuardedRun,
  type GuardFailure,
  type GuardOptions,
  lifeSecondsOf,
} from '../domain/guarded-run.ts';
import { FencedPersistenceLayer } from './fenced-persistence-layer.ts';

export type { GuardedEffect, GuardOptions } from '../domain/guarded-run.ts';

const KEY_PREFIX = 'effect';

const configOf = (expiresAfterSeconds: number): IdempotencyConfig =>
  new IdempotencyConfig({
    eventKeyJmesPath: 'effectKey',
    payloadValidationJmesPath: 'taskHash',
    throwOnNoIdempotencyKey: true,
    expiresAfterSeconds,
    hashFunction: 'sha256',
  });

/** Powertools' errors in the terms of the rules. */
function failureOf(thrown: unknown): GuardFailure {
  if (thrown instanceof IdempotencyAlreadyInProgressError) return { kind: 'in_progress', cause: thrown };
  if (thrown instanceof IdempotencyValidationError) return { kind: 'other_task', cause: thrown };
  if (thrown instanceof IdempotencyPersistenceLayerError && thrown.cause !== undefined) {
    return { kind: 'ledger', cause: thrown.cause };
  }
  return { kind: 'thrown', cause: thrown };
}

/**
 * Applies, probes or replays an effect: exactly one of them, also on a second delivery.
 * @throws {LeaseLost} when the ledger belongs to another owner
 * @throws {QueueError} `EFFECT_IN_PROGRESS` (a deferral) while an earlier worker may still be running; `FINGERPRINT_MISMATCH`;
 * else what the effect throws
 */
export async function runGuarded(options: GuardOptions, effect: GuardedEffect): Promise<EffectOutcome> {
  const { effectKey, taskHash } = effect.claim;
  const run = new GuardedRun(options, effect);
  const guarded = makeIdempotent((_key: { effectKey: string; taskHash: string }) => run.perform(), {
    persistenceStore: new FencedPersistenceLayer(run, taskHash, options.remainingMs),
    config: configOf(lifeSecondsOf(effect)),
    keyPrefix: KEY_PREFIX,
  });
  try {
    return run.ended(await guarded({ effectKey, taskHash }));
  } catch (thrown) {
    throw run.errorOf(failureOf(thrown));
  }
}
