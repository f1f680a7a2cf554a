/** Completeness of an audit trail: a task of version n has made n transitions, and each has one record. */

import { QueueError } from '../../../shared/domain/errors.ts';

/** No task makes this many transitions: a few thousand are possible in its day. A higher version is damage. */
export const MAX_VERSION = 100_000;

/**
 * The versions from 1 to `taskVersion` without a record, in ascending order. Order and repetition of `versions` do not matter.
 * Versions above `taskVersion` were recorded after the task was read and are ignored.
 * @param versions versions of the existing records
 * @param taskVersion version of the task, at least 1
 * @throws {QueueError} `STORED_RECORD_INVALID` above {@link MAX_VERSION}, because a search for each version would use up the
 * memory
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
