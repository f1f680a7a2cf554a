/**
 * Runs an effect under the ledger through Powertools' `makeIdempotent`. Invariants upheld here:
 * 1. After an unknown outcome, or when taking over a reservation, the provider is probed before anything is applied.
 * 2. What the provider holds under an effect key must be what this task asked for.
 * 3. A result that was stored is replayed only with its own fingerprint.
 * 4. An effect that was applied is in doubt until the ledger says so too; a ledger that fails after the effect did hides
 *    nothing of why.
 */
import {
  IdempotencyAlreadyInProgressError,
  IdempotencyConfig,
  IdempotencyPersistenceLayerError,
  IdempotencyValidationError,
  makeIdempotent,
} from '@aws-lambda-powertools/idempotency';
import type { Context } from 'aws-lambda';
import { ERROR_CODES, type ErrorCode, hasRole } from '../contracts/error-codes.ts';
import { EffectProof, type EffectResult, effectResultSchema } from '../contracts/effects.ts';
import { QueueError, toQueueError, withAftermath, withDoubt } from '../domain/errors.ts';
import { fingerprintOf } from '../domain/hashing.ts';
import { LEDGER_POLICY } from '../domain/ledger-policy.ts';
import type { Clock, Ids } from '../domain/ports.ts';
import type { IdempotencyRepo } from '../domain/ledger-port.ts';
import type { EffectOutcome } from '../domain/effect.ts';
import { FencedPersistenceLayer, type LedgerClaim } from './fenced-persistence-layer.ts';

/** What every guarded run of one invocation shares. */
export interface GuardOptions {
  readonly ledger: IdempotencyRepo;
  readonly clock: Clock;
  readonly ids: Ids;
  /** The invocation: its remaining time is how long a reservation is protected. */
  readonly lambdaContext: Context;
}

/** One effect under one key. */
export interface GuardedEffect {
  readonly claim: LedgerClaim;
  /** SHA-256 of what is asked for. */
  readonly contentHash: string;
  /** Why nothing may be applied any more; the provider is asked all the same. */
  readonly applyForbidden?: ErrorCode;
  /** Asked last before applying. @throws {LeaseLost} when the claim is somebody else's by now */
  readonly confirmOwner?: () => Promise<void>;
  /** Life of the ledger record. @default 30 days */
  readonly lifeSeconds?: number;
  readonly apply: () => Promise<EffectResult>;
  readonly probe: () => Promise<EffectResult | undefined>;
}

const KEY_PREFIX = 'effect';

const configOf = (
  lambdaContext: Context,
  lifeSeconds: number = LEDGER_POLICY.ledgerLifeSeconds,
): IdempotencyConfig => {
  const config = new IdempotencyConfig({
    eventKeyJmesPath: 'effectKey',
    payloadValidationJmesPath: 'taskHash',
    throwOnNoIdempotencyKey: true,
    expiresAfterSeconds: lifeSeconds,
    hashFunction: 'sha256',
  });
  config.registerLambdaContext(lambdaContext);
  return config;
};

function checkContent(effect: GuardedEffect, result: EffectResult): EffectResult {
  if (result.contentHash === effect.contentHash) return result;
  throw new QueueError('FINGERPRINT_MISMATCH', {
    detail: `The provider holds ${result.externalId} with another content under this effect key`,
  });
}

/** A probe that failed while the effect is in doubt leaves it so: not even "nothing was sent" says more. */
function leftInDoubt(thrown: unknown): QueueError {
  const error = toQueueError(thrown);
  if (error.kind !== 'retryable' || error.deferral || error.inDoubt) return error;
  return new QueueError('PROVIDER_UNAVAILABLE', {
    detail: `The outcome is still unknown, asking failed: ${error.detail}`,
    cause: error,
  });
}

async function probed(
  effect: GuardedEffect,
  layer: FencedPersistenceLayer,
): Promise<EffectResult | undefined> {
  const found = await effect.probe().catch((thrown: unknown) => {
    throw layer.inDoubt ? leftInDoubt(thrown) : thrown;
  });
  if (found === undefined) layer.inDoubt = false;
  return found === undefined ? undefined : checkContent(effect, found);
}

async function applied(effect: GuardedEffect, layer: FencedPersistenceLayer): Promise<EffectResult> {
  try {
    return checkContent(effect, await effect.apply());
  } catch (thrown) {
    const error = toQueueError(thrown);
    layer.inDoubt = error.inDoubt;
    throw error;
  }
}

async function perform(effect: GuardedEffect, layer: FencedPersistenceLayer): Promise<EffectOutcome> {
  if (layer.inDoubt || effect.applyForbidden !== undefined) {
    const found = await probed(effect, layer);
    if (found !== undefined) return { result: found, proof: EffectProof.Probed };
  }
  if (effect.applyForbidden !== undefined) {
    const detail = `${ERROR_CODES[effect.applyForbidden].text} The effect is not at the provider`;
    throw new QueueError(effect.applyForbidden, { detail });
  }
  await effect.confirmOwner?.();
  return { result: await applied(effect, layer), proof: EffectProof.Applied };
}

/** What becomes of it is kept on the layer: the ledger's own failure, which may follow, says nothing about the effect. */
async function performed(effect: GuardedEffect, layer: FencedPersistenceLayer): Promise<EffectOutcome> {
  try {
    const outcome = await perform(effect, layer);
    // The effect is at the provider. Until the ledger says so, only the provider does.
    layer.inDoubt = true;
    return outcome;
  } catch (thrown) {
    layer.failure = toQueueError(thrown);
    throw thrown;
  }
}

/** A stored result, checked against its own fingerprint (invariant 3). */
function replayed(layer: FencedPersistenceLayer, stored: unknown): EffectOutcome {
  const result = effectResultSchema.safeParse(stored);
  if (!result.success || fingerprintOf(result.data) !== layer.existing?.resultFingerprint) {
    throw new QueueError('FINGERPRINT_MISMATCH', {
      detail: 'The stored result does not have its fingerprint',
    });
  }
  return { result: result.data, proof: EffectProof.Replayed };
}

function inProgress(layer: FencedPersistenceLayer, nowMs: number, cause: Error): QueueError {
  const freeAtMs = (layer.existing?.inProgressExpiresAtMs ?? 0) + LEDGER_POLICY.clockSkewMs;
  const secondsLeft = Math.max(0, Math.ceil((freeAtMs - nowMs) / 1_000));
  const retryAfterSeconds = Math.min(secondsLeft, LEDGER_POLICY.inProgressWaitSeconds);
  return new QueueError('EFFECT_IN_PROGRESS', { deferral: true, retryAfterSeconds, cause, inDoubt: true });
}

/** The ledger failed. After a failure of the effect that one stands: it decides whether and when there is another try. */
function ledgerFailure({ failure }: FencedPersistenceLayer, cause: unknown): QueueError {
  const error = toQueueError(cause);
  return failure === undefined || hasRole(error.code, 'lease_lost') ? error : withAftermath(failure, error);
}

/** Powertools' errors as errors of the list. */
function translated(thrown: unknown, layer: FencedPersistenceLayer, nowMs: number): QueueError {
  if (thrown instanceof IdempotencyAlreadyInProgressError) return inProgress(layer, nowMs, thrown);
  if (thrown instanceof IdempotencyValidationError) {
    return new QueueError('FINGERPRINT_MISMATCH', {
      detail: 'The effect key stands for another task hash',
      cause: thrown,
    });
  }
  if (thrown instanceof IdempotencyPersistenceLayerError && thrown.cause !== undefined) {
    return ledgerFailure(layer, thrown.cause);
  }
  return toQueueError(thrown);
}

/**
 * Applies, probes or replays an effect; exactly one of them, whatever was delivered twice.
 * @throws {LeaseLost} when the ledger belongs to another owner
 * @throws {QueueError} `EFFECT_IN_PROGRESS` (a deferral) while an earlier worker may still be at it; `FINGERPRINT_MISMATCH`;
 * else what the effect throws
 */
export async function runGuarded(options: GuardOptions, effect: GuardedEffect): Promise<EffectOutcome> {
  const { claim } = effect;
  const layer = new FencedPersistenceLayer({
    ...options,
    claim,
    remainingMs: () => options.lambdaContext.getRemainingTimeInMillis(),
  });
  const guarded = makeIdempotent(
    (_key: { effectKey: string; taskHash: string }) => performed(effect, layer),
    {
      persistenceStore: layer,
      config: configOf(options.lambdaContext, effect.lifeSeconds),
      keyPrefix: KEY_PREFIX,
    },
  );
  try {
    const outcome = await guarded({ effectKey: claim.effectKey, taskHash: claim.taskHash });
    return layer.reserved ? outcome : replayed(layer, outcome.result);
  } catch (thrown) {
    const error = translated(thrown, layer, options.clock.nowMs());
    // Not reserved: what the error says itself is all there is to know.
    throw layer.reserved ? withDoubt(error, layer.inDoubt) : error;
  }
}
