import { fc, test } from '@fast-check/vitest';
import { describe, expect, it } from 'vitest';
import { canonicalJson } from '../../../../lambdas/shared/domain/hashing.ts';
import { eventIdOf } from '../../../../lambdas/regions/log/event.ts';
import type { Seen } from '../../../../lambdas/regions/log/event.ts';
import {
  covers,
  gapsBetween,
  happenedBefore,
  include,
  isSeen,
  NOTHING_SEEN,
  parseEventId,
  seenOf,
  sees,
  seesCommand,
  unite,
} from '../../../../lambdas/regions/log/seen.ts';
import type { EventName } from '../../../../lambdas/regions/log/seen.ts';
import { LAW_RUNS } from '../laws.ts';
import { A, B, C, eventOf } from './lab.ts';

const LONGEST = 8;
const anyName = fc.record({
  origin: fc.constantFrom(A, B, C),
  entitySeq: fc.integer({ min: 1, max: LONGEST }),
});
const anyNames = fc.array(anyName, { maxLength: 20, size: 'max' });
const UNIVERSE = [A, B, C].flatMap((origin) =>
  Array.from({ length: LONGEST }, (_, at) => eventIdOf(origin, at + 1)),
);

/** The naive model: a set of event ids. */
const idsOf = (names: readonly EventName[]): Set<string> =>
  new Set(names.map(({ origin, entitySeq }) => eventIdOf(origin, entitySeq)));
const folded = (names: readonly EventName[]): Seen => names.reduce(include, NOTHING_SEEN);
const listed = (seen: Seen): Set<string> => new Set(UNIVERSE.filter((id) => sees(seen, id)));

describe('include', () => {
  test.prop([anyNames], { numRuns: LAW_RUNS })('contains exactly the folded events', (names) => {
    expect(listed(folded(names))).toEqual(idsOf(names));
  });

  test.prop([anyNames, fc.array(fc.nat())], { numRuns: LAW_RUNS })(
    'gives the same bytes for any order and repetition',
    (names, again) => {
      const repeated = [...names, ...again.flatMap((at) => names[at % names.length] ?? [])].toReversed();

      expect(canonicalJson(folded(repeated))).toBe(canonicalJson(folded(names)));
      expect(isSeen(folded(repeated))).toBe(true);
    },
  );
});

describe('unite', () => {
  test.prop([anyNames, anyNames], { numRuns: LAW_RUNS })('is the union of both', (a, b) => {
    expect(unite(folded(a), folded(b))).toEqual(folded([...a, ...b]));
  });
});

describe('include, one event after another', () => {
  const seen = seenOf({ [A]: 3 }, []);

  it('counts the next event of an origin', () => {
    expect(include(seen, { origin: A, entitySeq: 4 })).toEqual({ vector: { [A]: 4 }, beyond: [] });
  });

  it('keeps an event beyond a hole by its name', () => {
    expect(include(seen, { origin: A, entitySeq: 5 })).toEqual({ vector: { [A]: 3 }, beyond: [`${A}#5`] });
  });

  it.each([1, 2, 3])('changes nothing if event %i of 3 comes again', (entitySeq) => {
    expect(include(seen, { origin: A, entitySeq })).toEqual(seen);
  });
});

describe('seenOf', () => {
  it('has no entry for an origin without events', () => {
    expect(seenOf({ [A]: 0, [B]: 1 }, [])).toEqual({ vector: { [B]: 1 }, beyond: [] });
  });
});

describe('gapsBetween', () => {
  it('misses nothing under a text that names no event', () => {
    expect(gapsBetween({ vector: {}, beyond: ['text'] }, NOTHING_SEEN)).toEqual([]);
  });

  test.prop([anyNames, anyNames], { numRuns: LAW_RUNS })(
    'names exactly the missing events',
    (wanted, held) => {
      const gaps = gapsBetween(folded(wanted), folded(held));

      const missing = gaps.flatMap(({ origin, fromSeq, toSeq }) =>
        Array.from({ length: toSeq - fromSeq + 1 }, (_, at) => eventIdOf(origin, fromSeq + at)),
      );
      const heldIds = idsOf(held);
      expect(new Set(missing)).toEqual(new Set([...idsOf(wanted)].filter((id) => !heldIds.has(id))));
      expect(missing).toHaveLength(new Set(missing).size);
      expect(covers(folded(held), folded(wanted))).toBe(missing.length === 0);
    },
  );

  it('excludes events held after a gap', () => {
    const held = seenOf(
      { [A]: 1 },
      [3, 4].map((entitySeq) => ({ origin: A, entitySeq })),
    );

    expect(gapsBetween(seenOf({ [A]: 5 }, []), held)).toEqual([
      { origin: A, fromSeq: 2, toSeq: 2 },
      { origin: A, fromSeq: 5, toSeq: 5 },
    ]);
    expect(covers(held, seenOf({ [A]: 1 }, [{ origin: A, entitySeq: 4 }]))).toBe(true);
  });

  it('joins adjacent numbers and separates origins', () => {
    const wanted = seenOf(
      { [A]: 4, [B]: 1 },
      [6, 7].map((entitySeq) => ({ origin: A, entitySeq })),
    );

    expect(gapsBetween(wanted, seenOf({ [A]: 1 }, [{ origin: A, entitySeq: 3 }]))).toEqual([
      { origin: A, fromSeq: 2, toSeq: 2 },
      { origin: A, fromSeq: 4, toSeq: 4 },
      { origin: A, fromSeq: 6, toSeq: 7 },
      { origin: B, fromSeq: 1, toSeq: 1 },
    ]);
  });
});

describe('sees', () => {
  it('schedule 9: an event in a gap is not seen, although a later one is', () => {
    const first = eventOf({ commandId: 'add-1' });
    const second = eventOf({ commandId: 'add-2' }, { entitySeq: 2 });
    const removal = eventOf({ commandId: 'remove', seen: include(NOTHING_SEEN, second) }, { entitySeq: 3 });

    expect(happenedBefore(second, removal)).toBe(true);
    expect(happenedBefore(first, removal)).toBe(false);
    expect(removal.seen).toEqual({ vector: {}, beyond: [second.id] });
  });

  it('schedule 9: a command is seen through any of its copies', () => {
    const seen = include(NOTHING_SEEN, { origin: B, entitySeq: 1 });

    expect(seesCommand(seen, [eventIdOf(A, 1), eventIdOf(B, 1)])).toBe(true);
    expect(seesCommand(seen, [eventIdOf(A, 1)])).toBe(false);
    expect(seesCommand(seen, [])).toBe(false);
  });

  it.each(['', 'text', A, `${A}#0`, `${A}#01`, `${A}#1.5`, 'noincarnation#1', `${A}#1#2`, ` ${A}#1`])(
    'is false for the malformed id %j',
    (id) => {
      expect(parseEventId(id)).toBeUndefined();
      expect(sees({ vector: { [A]: 9 }, beyond: [] }, id)).toBe(false);
    },
  );
});

describe('isSeen', () => {
  it.each([
    null,
    [],
    {},
    { vector: {} },
    { vector: [], beyond: [] },
    { vector: { [A]: 0 }, beyond: [] },
    { vector: { [A]: 1.5 }, beyond: [] },
    { vector: null, beyond: [] },
    { vector: {}, beyond: {} },
    { vector: {}, beyond: ['text'] },
    { vector: {}, beyond: [5] },
    { vector: {}, beyond: [[`${A}#3`]] },
    { vector: { [A]: 3 }, beyond: [`${A}#2`] },
    { vector: { [A]: 3 }, beyond: [`${A}#4`] },
    { vector: {}, beyond: [`${A}#1`] },
    { vector: {}, beyond: [`${A}#5`, `${A}#3`] },
    { vector: {}, beyond: [`${A}#3`, `${A}#3`] },
  ])('refuses %j, which is not in canonical form', (value) => {
    expect(isSeen(value)).toBe(false);
  });

  it('accepts a set with gaps', () => {
    expect(isSeen({ vector: { [A]: 1 }, beyond: [`${A}#3`, `${A}#10`, `${B}#2`] })).toBe(true);
  });
});
