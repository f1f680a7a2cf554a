import { fc, test } from '@fast-check/vitest';
import { describe, expect, it } from 'vitest';
import { compareEvents, compareHlc, compareText } from '../../../../lambdas/regions/log/event.ts';
import { LAW_RUNS } from '../laws.ts';
import { A, B } from './lab.ts';

const anyEvent = fc.record({
  hlc: fc.record({ wallMs: fc.nat(1), counter: fc.nat(1) }),
  origin: fc.constantFrom(A, B),
  entitySeq: fc.integer({ min: 1, max: 2 }),
});

describe('compareEvents', () => {
  test.prop([fc.array(anyEvent, { maxLength: 8 }), fc.nat()], { numRuns: LAW_RUNS })(
    'sorts the same events into the same order from any initial order',
    (events, by) => {
      const turned = [...events.slice(by % 8), ...events.slice(0, by % 8)].toReversed();

      expect(turned.toSorted(compareEvents)).toEqual(events.toSorted(compareEvents));
    },
  );

  it('compares the time, then the origin, then the number', () => {
    const event = { hlc: { wallMs: 5, counter: 5 }, origin: A, entitySeq: 5 };
    const later = [
      { hlc: { wallMs: 6, counter: 0 }, origin: 'a.a', entitySeq: 1 },
      { hlc: { wallMs: 5, counter: 6 }, origin: 'a.a', entitySeq: 1 },
      { ...event, origin: B, entitySeq: 1 },
      { ...event, entitySeq: 6 },
    ];

    expect(later.map((one) => Math.sign(compareEvents(one, event)))).toEqual([1, 1, 1, 1]);
    expect(later.map((one) => Math.sign(compareEvents(event, one)))).toEqual([-1, -1, -1, -1]);
    expect([compareEvents(event, { ...event }), compareHlc(event.hlc, event.hlc)]).toEqual([0, 0]);
  });
});

describe('compareText', () => {
  it('orders by code units, not by locale', () => {
    expect(['b', 'ä', 'a', 'B'].toSorted(compareText)).toEqual(['B', 'a', 'b', 'ä']);
  });
});
