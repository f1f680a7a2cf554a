/**
 * The ledger as a Powertools persistence layer, one instance for each guarded run, which makes the decisions. The stock layer
 * is not used: in 2.35.0 any throw deletes the key, and neither update nor delete has a condition, so one lost reply and one
 * retry make two side effects.
 */
import {
  IdempotencyItemAlreadyExistsError,
  IdempotencyItemNotFoundError,
} from '@aws-lambda-powertools/idempotency';
import { BasePersistenceLayer, IdempotencyRecord } from '@aws-lambda-powertools/idempotency/persistence';
import * as z from 'zod/mini';
import { effectResultSchema, type IdempotencyRecord as LedgerRecord } from '../contracts/effects.ts';
import { QueueError } from '../domain/errors.ts';
import type { GuardedRun } from '../domain/guarded-run.ts';

const guardedSchema = z.object({ result: effectResultSchema });

/** @throws {QueueError} `STORED_RECORD_INVALID` */
function storedResult(json: string): ReturnType<typeof JSON.parse> {
  try {
    return JSON.parse(json);
  } catch {
    // Not stored as the cause, because its message quotes the stored text.
    throw new QueueError('STORED_RECORD_INVALID', { detail: 'Ledger item: resultJson: expected JSON' });
  }
}

/** Connects a guarded run to Powertools. */
export class FencedPersistenceLayer extends BasePersistenceLayer {
  readonly #run: GuardedRun;
  readonly #taskHash: string;
  readonly #remainingMs: () => number;

  constructor(run: GuardedRun, taskHash: string, remainingMs: () => number) {
    super();
    this.#run = run;
    this.#taskHash = taskHash;
    this.#remainingMs = remainingMs;
  }

  /** Powertools takes the remaining time from Lambda's context, which is not available here. */
  override async saveInProgress(data: Parameters<BasePersistenceLayer['saveInProgress']>[0]): Promise<void> {
    await super.saveInProgress(data, this.#remainingMs());
  }

  protected override async _putRecord(record: IdempotencyRecord): Promise<void> {
    const refusing = await this.#run.reserve(record.idempotencyKey);
    if (refusing === undefined) return;
    const existing = this.#powertoolsRecord(refusing, record.payloadHash);
    throw new IdempotencyItemAlreadyExistsError('The effect is in the ledger', existing);
  }

  protected override async _getRecord(idempotencyKey: string): Promise<IdempotencyRecord> {
    const record = await this.#run.check(idempotencyKey);
    if (record === undefined) throw new IdempotencyItemNotFoundError('The effect is not in the ledger');
    return this.#powertoolsRecord(record, undefined);
  }

  protected override async _updateRecord(record: IdempotencyRecord): Promise<void> {
    // `makeIdempotent` returns what the guarded function returned.
    await this.#run.complete(record.idempotencyKey, guardedSchema.parse(record.responseData).result);
  }

  /** Powertools calls this after any throw without the error; the run knows the effect's error. */
  protected override async _deleteRecord(record: IdempotencyRecord): Promise<void> {
    await this.#run.free(record.idempotencyKey);
  }

  /**
   * The stored record in Powertools' form. Its payload hash is ours if the task hashes agree, so that Powertools' payload
   * validation compares task hashes.
   */
  #powertoolsRecord(record: LedgerRecord, payloadHash: string | undefined): IdempotencyRecord {
    const sameTask = record.taskHash === this.#taskHash;
    return new IdempotencyRecord({
      idempotencyKey: record.id,
      status: record.status,
      inProgressExpiryTimestamp: record.inProgressExpiresAtMs,
      responseData: record.resultJson === undefined ? {} : { result: storedResult(record.resultJson) },
      payloadHash: sameTask && payloadHash !== undefined ? payloadHash : record.taskHash,
    });
  }
}
