/** The Regions in service. */
import { describe, expect, it } from 'vitest';
import {
  admitRegion,
  type DirectoryContext,
  type DirectoryItem,
  fenceRegion,
  joinRegion,
  objectsTo,
  shiftTraffic,
} from '../../../../lambdas/regions/agreements/directory.ts';
import { owedEvents } from '../../../../lambdas/regions/agreements/decided.ts';
import { type Attempt } from '../../../../lambdas/regions/agreements/item.ts';
import { codeOf, nextOf } from '../answers.ts';

const attempt: Attempt = { attemptId: 'attempt-1', generation: 1 };

const [A, B] = ['eu-central-1.a1', 'eu-west-1.b1'] as const;
const directoryAt = (read?: DirectoryItem): DirectoryContext => ({ read, attempt });
const twoRegions = (): DirectoryItem => {
  const one = nextOf(joinRegion(directoryAt(), 'a', A));
  return nextOf(joinRegion(directoryAt(one), 'b', B));
};
const serving = (): DirectoryItem =>
  ([1, 10, 50, 100] as const).reduce(
    (item, share) => nextOf(shiftTraffic(directoryAt(item), 'b', share)),
    twoRegions(),
  );

describe('the directory of Regions', () => {
  it('lets the first Region serve at once and later ones in steps', () => {
    const item = twoRegions();

    expect(item.state.regions['a']).toMatchObject({ trafficPercent: 100, epoch: 1 });
    expect(item.state.regions['b']).toMatchObject({ trafficPercent: 0, epoch: 1 });
    expect(codeOf(shiftTraffic(directoryAt(item), 'b', 10))).toBe('not_next_step at trafficPercent');
    expect(codeOf(shiftTraffic(directoryAt(item), 'b', 0))).toBe('nothing_to_do at trafficPercent');
    expect(codeOf(joinRegion(directoryAt(item), 'b', B))).toBe('nothing_to_do at origin');
    expect(codeOf(shiftTraffic(directoryAt(serving()), 'a', 1))).toBe('accepted');
  });

  it('raises the epoch with each fence, admission and new incarnation, and gives a fenced Region no traffic', () => {
    const fenced = nextOf(fenceRegion(directoryAt(serving()), 'a'));
    const admitted = nextOf(admitRegion(directoryAt(fenced), 'a'));
    const rejoined = nextOf(joinRegion(directoryAt(fenced), 'a', 'eu-central-1.a2'));

    expect(fenced.state.regions['a']).toEqual({ epoch: 2, origin: A, isFenced: true, trafficPercent: 0 });
    expect(admitted.state.regions['a']).toEqual({ epoch: 3, origin: A, isFenced: false, trafficPercent: 0 });
    expect(rejoined.state.regions['a']).toMatchObject({ epoch: 3, isFenced: false, trafficPercent: 0 });
    expect(codeOf(shiftTraffic(directoryAt(fenced), 'a', 1))).toBe('fenced at region');
    expect(codeOf(fenceRegion(directoryAt(fenced), 'a'))).toBe('nothing_to_do at isFenced');
    expect(codeOf(admitRegion(directoryAt(admitted), 'a'))).toBe('nothing_to_do at isFenced');
  });

  it('schedule 16: never takes the last serving Region out of service', () => {
    const fenced = nextOf(fenceRegion(directoryAt(serving()), 'a'));

    expect(codeOf(fenceRegion(directoryAt(fenced), 'b'))).toBe('last_serving at region');
    expect(codeOf(shiftTraffic(directoryAt(fenced), 'b', 0))).toBe('last_serving at region');
    expect(codeOf(fenceRegion(directoryAt(twoRegions()), 'a'))).toBe('last_serving at region');
    expect(codeOf(fenceRegion(directoryAt(fenced), 'c'))).toBe('unknown_region at region');
    expect(codeOf(shiftTraffic(directoryAt(fenced), 'c', 1))).toBe('unknown_region at region');
    expect(codeOf(admitRegion(directoryAt(fenced), 'c'))).toBe('unknown_region at region');
  });

  it('schedule 16: a peer objects to a fenced Region, but not after a failed read', () => {
    const item = nextOf(fenceRegion(directoryAt(serving()), 'a'));

    expect(objectsTo({ kind: 'read', item }, 'a')).toBe(true);
    expect(objectsTo({ kind: 'read', item }, 'b')).toBe(false);
    expect(objectsTo({ kind: 'read', item: serving() }, 'a')).toBe(false);
    expect(objectsTo({ kind: 'read', item: undefined }, 'a')).toBe(false);
    expect(objectsTo({ kind: 'failed' }, 'a')).toBe(false);
  });

  it('schedule 22: keeps two moves until their events are written', () => {
    const item = nextOf(admitRegion(directoryAt(nextOf(fenceRegion(directoryAt(serving()), 'a'))), 'a'));
    const kinds = owedEvents(item).map(({ commandId, payload }) => [commandId, payload.decision]);

    expect(kinds.slice(-2)).toMatchObject([
      ['decided:region#all#7', { kind: 'fenced', region: 'a' }],
      ['decided:region#all#8', { kind: 'admitted', region: 'a' }],
    ]);
  });
});
