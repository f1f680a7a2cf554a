/**
 * Deletes expired ledger records. DynamoDB's own TTL is late by days and not available on every kind of table. Nothing depends
 * on either, because every reservation has the expiry in its condition.
 */
import { SweepPart } from '../../contracts/sweep-answer.ts';
import { SweepWalk } from '../../contracts/sweep-cursors.ts';
import type { IdempotencyRecord } from '../../../shared/contracts/effects.ts';
import { inParallel } from '../../../shared/domain/in-parallel.ts';
import { type NotedFailure, noting } from './noting.ts';
import { pacedWalk, type WalkCursors, type WalkPace } from './paced-walk.ts';
import { POLICY } from '../task/policy.ts';

/** An expired record: the fields on which its deletion is conditional. */
export type ExpiredRecord = Pick<IdempotencyRecord, 'id' | 'owner' | 'attemptId' | 'expiresAtEpochSeconds'>;

/** Access of the purge to the ledger. */
export interface LedgerPurger {
  /** The records of a page of the ledger that expired before `beforeEpochSeconds`. Eventually consistent. */
  pageExpired(
    beforeEpochSeconds: number,
    limit: number,
    after?: string,
  ): Promise<{ readonly expired: readonly ExpiredRecord[]; readonly next?: string }>;
  /** Deletes the record if it is unchanged; `kept` if it was written again since. */
  purge(record: ExpiredRecord): Promise<'purged' | 'kept'>;
}

/** Options of a purge. */
export interface LedgerPurgeOptions {
  readonly ledger: LedgerPurger;
  readonly cursors: WalkCursors;
}

/** The result of a run. */
export interface LedgerPurgeReport {
  readonly purged: number;
  /** Records that could not be read or deleted. */
  readonly failures: readonly NotedFailure[];
}

/**
 * Records of one page, and pages of one run. 400 records of some 500 bytes are 25 read units a minute, whether or not any has
 * expired. 100,000 records, a month of 3,300 actions a day, take four hours.
 */
export const LEDGER_PACE = { pageSize: 100, pages: 4 } as const;
const CONCURRENCY = 10;

/**
 * One run of the purge. It never throws: a record that cannot be deleted, or a page that cannot be read, is reported as a
 * failure.
 */
export async function purgeLedger(
  { ledger, cursors }: LedgerPurgeOptions,
  pace: WalkPace,
): Promise<LedgerPurgeReport> {
  const beforeEpochSeconds = Math.floor((pace.nowMs - POLICY.clockSkewMs) / 1_000);
  const failures: NotedFailure[] = [];
  let purged = 0;
  const purge = async (record: ExpiredRecord): Promise<void> => {
    const subject = { part: SweepPart.LedgerRecord, id: record.id };
    if ((await noting(failures, subject, () => ledger.purge(record))) === 'purged') purged += 1;
  };
  await pacedWalk(cursors, SweepWalk.Ledger, pace, failures, async (after) => {
    const { expired, next } = await ledger.pageExpired(beforeEpochSeconds, LEDGER_PACE.pageSize, after);
    // Records that are not deleted for lack of time are found again by the next pass.
    await inParallel(expired, CONCURRENCY, pace.mayGoOn, purge);
    return next;
  });
  return { purged, failures };
}
