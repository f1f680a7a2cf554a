/**
 * The rules of a guarded effect: one effect under one key of the ledger, for any ledger. Invariants upheld here:
 * 1. After an unknown outcome, or when taking over a reservation, the provider is probed before anything is applied.
 * 2. The content at the provider under an effect key must be the content that this task requested.
 * 3. A stored result is replayed only if its fingerprint is right.
 * 4. An applied effect is in doubt until the ledger has it. If the ledger fails after the effect has failed, the error of the
 *    effect stays visible.
 */
import {
  EffectProof,
  type EffectResult,
  effectResultSchema,
  type IdempotencyRecord,
} from '../contracts/effects.ts';
import { ERROR_CODES, type ErrorCode, hasRole } from '../contracts/error-codes.ts';
import type { EffectOutcome } from './effect.ts';
import { LeaseLost, QueueError, toQueueError, withAftermath, withDoubt } from './errors.ts';
import { canonicalJson, fingerprintOf } from './hashing.ts';
import { LEDGER_POLICY } from './ledger-policy.ts';
import type { IdempotencyRepo, LedgerFence } from './ledger-port.ts';
import type { Clock, Ids } from './ports.ts';

/** What all guarded runs of one invocation share. */
export interface GuardOptions {
  readonly ledger: IdempotencyRepo;
  readonly clock: Clock;
  readonly ids: Ids;
  /** Remaining time of the invocation, in ms; until then no other run may take over its reservation. */
  readonly remainingMs: () => number;
}

/** Who reserves, and for what. */
export interface LedgerClaim {
  readonly effectKey: string;
  /** The content that the key identifies; the same key with another hash is refused. */
  readonly taskHash: string;
  /** Owner token of the task's claim. */
  readonly owner: string;
  /** Orders the claims of one task; 0 where several tasks share a key. */
  readonly fence: number;
  /** Whether the task says that an attempt may have been applied; the ledger record may have expired. @default false */
  readonly inDoubt?: boolean;
  /**
   * Whether the provider deduplicates by the key. If not, a probe must wait until a request whose answer was lost has either
   * arrived or can no longer arrive. @default true
   */
  readonly deduplicates?: boolean;
  /** End of the lease, in ms since the epoch. A worker whose lease is over reserves nothing. */
  readonly leaseExpiresAtMs: number;
}

/** One effect under one key. */
export interface GuardedEffect {
  readonly claim: LedgerClaim;
  /** SHA-256 of what is asked for. */
  readonly contentHash: string;
  /** Why nothing may be applied any more; the provider is still probed. */
  readonly applyForbidden?: ErrorCode;
  /** Called right before applying. @throws {LeaseLost} if another worker owns the claim by now */
  readonly confirmOwner?: () => Promise<void>;
  /** Life of the ledger record. @default 30 days */
  readonly lifeSeconds?: number;
  readonly apply: () => Promise<EffectResult>;
  readonly probe: () => Promise<EffectResult | undefined>;
}

/** Why a run ended without an outcome, independent of any library. */
export type GuardFailure =
  /** An earlier worker's reservation is still valid. */
  | { readonly kind: 'in_progress'; readonly cause: Error }
  /** The key is in the ledger with another task hash. */
  | { readonly kind: 'other_task'; readonly cause: Error }
  /** A request to the ledger failed. */
  | { readonly kind: 'ledger'; readonly cause: unknown }
  /** Any other error: of the effect, or of these rules. */
  | { readonly kind: 'thrown'; readonly cause: unknown };

/** Lifetime of the effect's ledger record, in seconds. */
export const lifeSecondsOf = ({ lifeSeconds = LEDGER_POLICY.ledgerLifeSeconds }: GuardedEffect): number =>
  lifeSeconds;

/** If a probe fails while the effect is in doubt, the doubt stays, also if nothing was sent. */
function leftInDoubt(thrown: unknown): QueueError {
  const error = toQueueError(thrown);
  if (error.kind !== 'retryable' || error.deferral || error.inDoubt) return error;
  return new QueueError('PROVIDER_UNAVAILABLE', {
    detail: `The outcome is still unknown, asking failed: ${error.detail}`,
    cause: error,
  });
}

/** One run. The caller calls `reserve`, then `perform`, then `complete` or `free`. */
export class GuardedRun {
  readonly #options: GuardOptions;
  readonly #effect: GuardedEffect;
  /**
   * Whether the effect may be at the provider without our knowledge. Set when taking over another worker's reservation and by an
   * unknown outcome; cleared only by a probe that found nothing.
   */
  #inDoubt = false;
  /** Why the effect was not applied. A failure to free the key, which may follow, does not replace it. */
  #failure: QueueError | undefined;
  /** Whether this run holds the reservation; if not, the result is a replay. */
  #reserved = false;
  /** The record that refused the reservation. */
  #existing: IdempotencyRecord | undefined;

  constructor(options: GuardOptions, effect: GuardedEffect) {
    this.#options = options;
    this.#effect = effect;
  }

  /**
   * Reserves the key under the ledger's `id`; returns the record that prevents it.
   * @throws {LeaseLost} if the lease has ended, or a later claim of the task has reserved the key
   */
  async reserve(id: string): Promise<IdempotencyRecord | undefined> {
    const { ledger, clock, ids, remainingMs } = this.#options;
    const { effectKey, taskHash, owner, fence, leaseExpiresAtMs, inDoubt } = this.#effect.claim;
    const nowMs = clock.nowMs();
    if (nowMs >= leaseExpiresAtMs) throw new LeaseLost({ detail: 'The lease ended before the effect' });
    const answer = await ledger.reserve({
      id,
      effectKey,
      taskHash,
      owner,
      fence,
      attemptId: ids.next(),
      nowMs,
      inProgressExpiresAtMs: nowMs + remainingMs(),
      expiresAtEpochSeconds: Math.floor(nowMs / 1_000) + lifeSecondsOf(this.#effect),
    });
    if (answer.kind === 'exists') return this.#refusedBy(answer.record);
    this.#reserved = true;
    this.#inDoubt = answer.probeFirst || inDoubt === true;
    return undefined;
  }

  /** The record of the key by a strongly consistent read. */
  async check(id: string): Promise<IdempotencyRecord | undefined> {
    const record = await this.#options.ledger.check(id);
    return record === undefined ? undefined : this.#refusedBy(record);
  }

  #refusedBy(record: IdempotencyRecord): IdempotencyRecord {
    this.#existing = record;
    return record;
  }

  /** Probes or applies the effect. @throws {QueueError} what the effect throws, or `FINGERPRINT_MISMATCH` */
  async perform(): Promise<EffectOutcome> {
    try {
      const outcome = await this.#perform();
      // The effect is at the provider. Until the ledger has it, only the provider knows.
      this.#inDoubt = true;
      return outcome;
    } catch (thrown) {
      this.#failure = toQueueError(thrown);
      throw thrown;
    }
  }

  async #perform(): Promise<EffectOutcome> {
    const { applyForbidden, confirmOwner } = this.#effect;
    if (this.#inDoubt || applyForbidden !== undefined) {
      const found = await this.#probed();
      if (found !== undefined) return { result: found, proof: EffectProof.Probed };
    }
    if (applyForbidden !== undefined) {
      const detail = `${ERROR_CODES[applyForbidden].text} The effect is not at the provider`;
      throw new QueueError(applyForbidden, { detail });
    }
    await confirmOwner?.();
    return { result: await this.#applied(), proof: EffectProof.Applied };
  }

  async #probed(): Promise<EffectResult | undefined> {
    const found = await this.#effect.probe().catch((thrown: unknown) => {
      throw this.#inDoubt ? leftInDoubt(thrown) : thrown;
    });
    if (found === undefined) this.#inDoubt = false;
    return found === undefined ? undefined : this.#checked(found);
  }

  async #applied(): Promise<EffectResult> {
    try {
      return this.#checked(await this.#effect.apply());
    } catch (thrown) {
      const error = toQueueError(thrown);
      this.#inDoubt = error.inDoubt;
      throw error;
    }
  }

  #checked(result: EffectResult): EffectResult {
    if (result.contentHash === this.#effect.contentHash) return result;
    throw new QueueError('FINGERPRINT_MISMATCH', {
      detail: `The provider holds ${result.externalId} with another content under this effect key`,
    });
  }

  /** Stores the result. @throws {LeaseLost} if another owner holds the key */
  async complete(id: string, result: EffectResult): Promise<void> {
    await this.#options.ledger.complete(this.#fence(id), canonicalJson(result), fingerprintOf(result));
  }

  /** Frees the key after a failure, with or without doubt. @throws {LeaseLost} if another owner holds the key */
  async free(id: string): Promise<void> {
    const { ledger, clock } = this.#options;
    const sentAtMs = this.#effect.claim.deduplicates === false ? clock.nowMs() : 0;
    await ledger.free(this.#fence(id), this.#inDoubt ? 'unknown' : 'not_applied', sentAtMs);
  }

  #fence(id: string): LedgerFence {
    return { id, owner: this.#effect.claim.owner, attemptId: this.#options.ids.next() };
  }

  /** The outcome of the run: its own, or the stored `result` after a check of its fingerprint (invariant 3). */
  ended(outcome: EffectOutcome): EffectOutcome {
    if (this.#reserved) return outcome;
    const result = effectResultSchema.safeParse(outcome.result);
    if (!result.success || fingerprintOf(result.data) !== this.#existing?.resultFingerprint) {
      throw new QueueError('FINGERPRINT_MISMATCH', {
        detail: 'The stored result does not have its fingerprint',
      });
    }
    return { result: result.data, proof: EffectProof.Replayed };
  }

  /** The failure as an error of the list, with the doubt about the effect. */
  errorOf(failure: GuardFailure): QueueError {
    const error = this.#translated(failure);
    // Not reserved, so only the error itself tells about the effect.
    return this.#reserved ? withDoubt(error, this.#inDoubt) : error;
  }

  #translated({ kind, cause }: GuardFailure): QueueError {
    switch (kind) {
      case 'in_progress':
        return this.#inProgress(cause);
      case 'other_task':
        return new QueueError('FINGERPRINT_MISMATCH', {
          detail: 'The effect key belongs to another task hash',
          cause,
        });
      case 'ledger':
        return this.#ledgerFailure(cause);
      case 'thrown':
        return toQueueError(cause);
    }
  }

  #inProgress(cause: unknown): QueueError {
    const freeAtMs = (this.#existing?.inProgressExpiresAtMs ?? 0) + LEDGER_POLICY.clockSkewMs;
    const secondsLeft = Math.max(0, Math.ceil((freeAtMs - this.#options.clock.nowMs()) / 1_000));
    const retryAfterSeconds = Math.min(secondsLeft, LEDGER_POLICY.inProgressWaitSeconds);
    return new QueueError('EFFECT_IN_PROGRESS', { deferral: true, retryAfterSeconds, cause, inDoubt: true });
  }

  /** If the effect failed before the ledger did, the effect's error decides whether and when the task is tried again. */
  #ledgerFailure(cause: unknown): QueueError {
    const error = toQueueError(cause);
    return this.#failure === undefined || hasRole(error.code, 'lease_lost')
      ? error
      : withAftermath(this.#failure, error);
  }
}
