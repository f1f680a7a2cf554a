/**
 * The ledger as a Powertools persistence layer. One instance per guarded run: it knows its owner token and whether the
 * effect may have been applied. Why not the stock layer: in 2.35.0 any throw deletes the key, and neither update nor
 * delete has a condition, so one lost reply and one retry make two side effects.
 */
import {
  IdempotencyItemAlreadyExistsError,
  IdempotencyItemNotFoundError,
} from '@aws-lambda-powertools/idempotency';
import { BasePersistenceLayer, IdempotencyRecord } from '@aws-lambda-powertools/idempotency/persistence';
import { effectResultSchema, type IdempotencyRecord as LedgerRecord } from '../contracts/effects.ts';
import * as z from 'zod/mini';
import { LeaseLost, QueueError } from '../domain/errors.ts';
import { fingerprintOf, canonicalJson } from '../domain/hashing.ts';
import type { Clock, Ids } from '../domain/ports.ts';
import type { IdempotencyRepo } from '../domain/ledger-port.ts';

const guardedSchema = z.object({ result: effectResultSchema });

/** @throws {QueueError} `STORED_RECORD_INVALID` */
function storedResult(json: string): ReturnType<typeof JSON.parse> {
  try {
    return JSON.parse(json);
  } catch {
    // Not kept as the cause: its message quotes what is stored.
    throw new QueueError('STORED_RECORD_INVALID', { detail: 'Ledger item: resultJson: expected JSON' });
  }
}

/** Who reserves, and for what. */
export interface LedgerClaim {
  readonly effectKey: string;
  /** What the key stands for; the same key with another hash is refused. */
  readonly taskHash: string;
  /** Owner token of the task's claim. */
  readonly owner: string;
  /** Orders the claims of one task; 0 where several tasks share a key. */
  readonly fence: number;
  /** The task itself says that an attempt may have been applied; the ledger may have forgotten it. @default false */
  readonly inDoubt?: boolean;
  /**
   * Whether the provider deduplicates by the key. If not, a request whose answer was lost must have arrived, or never will,
   * before anybody looks for its effect. @default true
   */
  readonly deduplicates?: boolean;
  /** A worker whose lease is over reserves nothing. */
  readonly leaseExpiresAtMs: number;
}

/** What the layer works with. */
export interface FencedPersistenceOptions {
  readonly ledger: IdempotencyRepo;
  readonly claim: LedgerClaim;
  readonly clock: Clock;
  readonly ids: Ids;
  /** Time this invocation has left: until then nobody may take its reservation over. */
  readonly remainingMs: () => number;
}

/** See the file head. */
export class FencedPersistenceLayer extends BasePersistenceLayer {
  readonly #options: FencedPersistenceOptions;
  /**
   * Whether the effect may be at the provider without us knowing. Set when taking over somebody's reservation and by an
   * unknown outcome; cleared only by a probe that found nothing.
   */
  inDoubt = false;
  /** Why the effect was not applied; Powertools puts a failure to release the record in its place. */
  failure: QueueError | undefined;
  /** Whether this run holds the reservation (otherwise the result is a replay). */
  reserved = false;
  /** The record that refused the reservation. */
  existing: LedgerRecord | undefined;

  constructor(options: FencedPersistenceOptions) {
    super();
    this.#options = options;
  }

  protected override async _putRecord(record: IdempotencyRecord): Promise<void> {
    const { ledger, claim, clock, ids, remainingMs } = this.#options;
    const nowMs = clock.nowMs();
    if (nowMs >= claim.leaseExpiresAtMs) throw new LeaseLost({ detail: 'The lease ended before the effect' });
    const answer = await ledger.reserve({
      id: record.idempotencyKey,
      effectKey: claim.effectKey,
      taskHash: claim.taskHash,
      owner: claim.owner,
      fence: claim.fence,
      attemptId: ids.next(),
      nowMs,
      inProgressExpiresAtMs: nowMs + remainingMs(),
      expiresAtEpochSeconds: Math.floor(nowMs / 1_000) + this.expiresAfterSeconds,
    });
    if (answer.kind === 'exists') {
      this.existing = answer.record;
      const existing = this.#powertoolsRecord(answer.record, record.payloadHash);
      throw new IdempotencyItemAlreadyExistsError('The effect is in the ledger', existing);
    }
    this.reserved = true;
    this.inDoubt = answer.probeFirst || claim.inDoubt === true;
  }

  protected override async _getRecord(idempotencyKey: string): Promise<IdempotencyRecord> {
    const record = await this.#options.ledger.check(idempotencyKey);
    if (record === undefined) throw new IdempotencyItemNotFoundError('The effect is not in the ledger');
    this.existing = record;
    return this.#powertoolsRecord(record, undefined);
  }

  protected override async _updateRecord(record: IdempotencyRecord): Promise<void> {
    // `makeIdempotent` hands back what the guarded function returned.
    const { result } = guardedSchema.parse(record.responseData);
    await this.#options.ledger.complete(this.#fence(record), canonicalJson(result), fingerprintOf(result));
  }

  /** Powertools calls this after any throw and does not say which; the layer knows what the effect reported. */
  protected override async _deleteRecord(record: IdempotencyRecord): Promise<void> {
    const { ledger, claim, clock } = this.#options;
    const sentAtMs = claim.deduplicates === false ? clock.nowMs() : 0;
    await ledger.release(this.#fence(record), this.inDoubt ? 'unknown' : 'not_applied', sentAtMs);
  }

  #fence(record: IdempotencyRecord) {
    return {
      id: record.idempotencyKey,
      owner: this.#options.claim.owner,
      attemptId: this.#options.ids.next(),
    };
  }

  /**
   * The stored record in Powertools' terms. Its payload hash is ours when the task hashes agree, so that Powertools'
   * payload validation compares task hashes.
   */
  #powertoolsRecord(record: LedgerRecord, payloadHash: string | undefined): IdempotencyRecord {
    const sameTask = record.taskHash === this.#options.claim.taskHash;
    return new IdempotencyRecord({
      idempotencyKey: record.id,
      status: record.status,
      inProgressExpiryTimestamp: record.inProgressExpiresAtMs,
      responseData: record.resultJson === undefined ? {} : { result: storedResult(record.resultJson) },
      payloadHash: sameTask && payloadHash !== undefined ? payloadHash : record.taskHash,
    });
  }
}
