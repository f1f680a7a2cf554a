/** Completeness of an audit trail: a task of version n has made n transitions, and each has one record. */

import { QueueError } from '../../../shared/domain/errors.ts';

/** No task makes so many transitions: a few thousand in the day that it has. A higher version is damage. */
export const MAX_VERSION = 100_000;

/**
 * The versions from 1 to `taskVersion` that have no record, in ascending order. Order and repetition of `versions` do
 * not matter; what lies beyond `taskVersion` was recorded after the task was read and is no concern.
 * @param versions versions of the records that are there
 * @param taskVersion version of the task, at least 1
 * @throws {QueueError} `STORED_RECORD_INVALID` beyond {@link MAX_VERSION}: to look for each would use up the memory
 */
export function findAuditGaps(versions: Iterable<number>, taskVersion: number): readonly number[] {
  if (taskVersion > MAX_VERSION)
    throw new QueueError('STORED_RECORD_INVALID', {
      detail: `version: expected at most ${MAX_VERSION}, got ${taskVersion}`,
    });
  const recorded = new Set(versions);
  return Array.from({ length: taskVersion }, (_, index) => index + 1).filter(
    (version) => !recorded.has(version),
  );
}
