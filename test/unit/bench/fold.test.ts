import { describe, expect, it } from 'vitest';
import {
  byWatermarks,
  marksWithout,
  missingInOneChain,
  missingPlaces,
} from '../../../bench/fold/differing.ts';
import { operationsOf, REPLICAS, SYNC_EVERY } from '../../../bench/fold/operations.ts';
import { eventsOf, foldAll, OURS, parseAndHash, readAndFoldAll } from '../../../bench/fold/ours.ts';
import { PEERS } from '../../../bench/fold/peers.ts';
import { storedFormOf } from '../../../lambdas/regions/log/body.ts';

const operations = operationsOf(4, 8 * SYNC_EVERY);

describe('the compared systems', () => {
  it.each(PEERS)('$name has the same lines one by one and by cart', (peer) => {
    const updates = peer.write(operations);
    const lines = peer.apply(updates);

    expect(updates).toHaveLength(operations.length);
    expect(lines).toBeGreaterThan(0);
    expect(peer.applyBatch?.(updates) ?? lines).toBe(lines);
  });

  it('our carts are the same from the wire, from items and from parsed events', () => {
    const events = eventsOf(operations);
    const items = events.map(storedFormOf);
    const lines = foldAll(events);

    expect(lines).toBeGreaterThan(0);
    expect([OURS.apply(OURS.write(operations)), readAndFoldAll(items)]).toEqual([lines, lines]);
    expect(parseAndHash(items)).toBe(operations.length);
  });

  it('every system ends with the same lines if nothing is concurrent', () => {
    const alone = operations.map((operation) => ({ ...operation, replica: operation.cart % REPLICAS }));
    const lines = [...PEERS, OURS].map((system) => system.apply(system.write(alone)));

    expect(new Set(lines).size).toBe(1);
  });
});

describe('byWatermarks', () => {
  const full = marksWithout([]);

  it.each([0, 1, 100])('names exactly %i missing events', (count) => {
    const places = missingPlaces(count);

    expect(byWatermarks(full, marksWithout(places), places)).toMatchObject({ toPull: count, isExact: true });
  });

  it('names more than is missing beyond eight islands of one chain', () => {
    const places = missingInOneChain(100);
    const { toPull, isExact } = byWatermarks(full, marksWithout(places), places);

    expect(isExact).toBe(false);
    expect(toPull).toBeGreaterThan(places.length);
  });

  it('throws if a missing event is not named', () => {
    expect(() => byWatermarks(full, full, missingPlaces(1))).toThrow('a missing event is not named');
  });
});
