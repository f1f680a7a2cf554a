import { fc, test } from '@fast-check/vitest';
import { describe, expect, it } from 'vitest';
import { findAuditGaps, MAX_VERSION } from '../../../../../lambdas/queue/domain/recovery/audit-gaps.ts';

describe('findAuditGaps', () => {
  it.each([
    [[1, 2, 3], 3, []],
    [[], 2, [1, 2]],
    [[1, 3], 4, [2, 4]],
    [[3, 1, 1], 3, [2]],
    [[1, 2, 7], 2, []],
  ])('for the records %j of a task at version %i, finds the gaps %j', (versions, taskVersion, gaps) => {
    expect(findAuditGaps(versions, taskVersion)).toEqual(gaps);
  });

  test.prop([fc.uniqueArray(fc.integer({ min: 1, max: 60 })), fc.integer({ min: 1, max: 60 })])(
    'finds exactly the versions that complete the trail',
    (versions, taskVersion) => {
      const gaps = findAuditGaps(versions, taskVersion);

      expect(findAuditGaps([...versions, ...gaps], taskVersion)).toEqual([]);
      expect(gaps.filter((gap) => versions.includes(gap))).toEqual([]);
    },
  );

  it('refuses an impossible version instead of searching all versions before it', () => {
    expect(() => findAuditGaps([], MAX_VERSION + 1)).toThrow('version: expected at most 100000, got 100001');
    expect(findAuditGaps([], MAX_VERSION)).toHaveLength(MAX_VERSION);
  });
});
