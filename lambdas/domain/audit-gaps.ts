/** Completeness of an audit trail: a task of version n has made n transitions, and each has one record. */

/**
 * The versions from 1 to `taskVersion` that have no record, in ascending order. Order and repetition of `versions` do
 * not matter; what lies beyond `taskVersion` was recorded after the task was read and is no concern.
 * @param versions versions of the records that are there
 * @param taskVersion version of the task, at least 1
 */
export function findAuditGaps(versions: Iterable<number>, taskVersion: number): readonly number[] {
  const recorded = new Set(versions);
  return Array.from({ length: taskVersion }, (_, index) => index + 1).filter(
    (version) => !recorded.has(version),
  );
}
