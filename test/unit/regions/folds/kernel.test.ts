import { fc } from '@fast-check/vitest';
import * as z from 'zod/mini';
import { describe, expect, it } from 'vitest';
import { commonOf, isSound } from '../../../../lambdas/regions/folds/common.ts';
import { addSeen, nothingSeen, unionSaw } from '../../../../lambdas/regions/folds/context.ts';
import {
  snapshotOf,
  snapshotReader,
  stateBytes,
  stateDigest,
} from '../../../../lambdas/regions/folds/digest.ts';
import { factOf } from '../../../../lambdas/regions/folds/facts.ts';
import { hold, isHeld, nothingHeld, seenOf } from '../../../../lambdas/regions/folds/held.ts';
import {
  absorb,
  absorbAll,
  type Copies,
  type FoldRules,
  type Kept,
  nothingKept,
  sawCommand,
} from '../../../../lambdas/regions/folds/kept.ts';
import type { LogEvent } from '../../../../lambdas/regions/log/event.ts';
import { LAW_RUNS } from '../laws.ts';
import { type EventSpec, eventOf, sawAll } from './history.ts';
import { seesId } from './naive.ts';

const saying = z.object({ text: z.string() });
const schema = z.discriminatedUnion('type', [factOf('thing.said', saying), factOf('thing.decided', saying)]);
type ThingFact = z.output<typeof schema>;
const RULES: FoldRules<ThingFact> = { kind: 'thing', foldVersion: 3, schema };

const read = snapshotReader(RULES);

const said = (place: string, text: string, extra: Partial<EventSpec> = {}): LogEvent =>
  eventOf({
    entity: 'thing#1',
    at: place.slice(0, 1),
    seq: Number(place.slice(1)),
    type: 'thing.said',
    payload: { text },
    ...extra,
  });
const kept = (...events: readonly LogEvent[]): Kept<ThingFact> => absorbAll(RULES, nothingKept(), events);
function copiesIn({ commands }: Kept<ThingFact>, name: string): Copies<ThingFact> {
  const copies = commands.get(name);
  if (copies === undefined) throw new Error(`no copies of ${name}`);
  return copies;
}
const common = (...events: readonly LogEvent[]): ReturnType<typeof commonOf> =>
  commonOf(kept(...events), (type) => type === 'thing.decided');

const numbers = fc.array(fc.integer({ min: 1, max: 12 }), { maxLength: 20 });

describe('held numbers', () => {
  it('are exactly the noted numbers, with one form per set', () => {
    fc.assert(
      fc.property(numbers, (seqs) => {
        const [held, sorted] = [nothingHeld(), nothingHeld()];
        for (const seq of seqs) hold(held, 'a.1', seq);
        for (const seq of seqs.toSorted((x, y) => x - y)) hold(sorted, 'a.1', seq);
        const all = Array.from({ length: 14 }, (_, seq) => seq + 1);
        expect(all.filter((seq) => isHeld(held, 'a.1', seq))).toEqual(
          all.filter((seq) => seqs.includes(seq)),
        );
        expect(all.filter((seq) => seesId(seenOf(held), `a.1#${seq}`))).toEqual(
          all.filter((s) => seqs.includes(s)),
        );
        expect(seenOf(held)).toEqual(seenOf(sorted));
      }),
      { numRuns: LAW_RUNS },
    );
  });

  it('sort origins, and numbers after a gap numerically', () => {
    const held = nothingHeld();
    for (const [origin, seq] of [
      ['b.1', 1],
      ['a.1', 10],
      ['a.1', 9],
      ['b.1', 3],
    ] as const)
      hold(held, origin, seq);

    expect(seenOf(held)).toEqual({ vector: { 'b.1': 1 }, beyond: ['a.1#9', 'a.1#10', 'b.1#3'] });
  });
});

describe('copies of a command', () => {
  it('are kept in the total order: clock, counter, origin, number', () => {
    const one = { commandId: 'c', wallMs: 5 };
    const late = said('a1', 'late', { commandId: 'c', wallMs: 6 });
    const counted = { ...said('a2', 'counter', one), hlc: { wallMs: 5, counter: 1 } };
    const events = [late, counted, said('c1', 'c', one), said('b2', 'b2', one), said('b1', 'b1', one)];

    expect(
      kept(...events)
        .commands.get('c')
        ?.map(({ id }) => id),
    ).toEqual(['b.1#1', 'b.1#2', 'c.1#1', 'a.1#2', 'a.1#1']);
    expect(common(...events).voids).toEqual(['a.1#1', 'a.1#2', 'b.1#2', 'c.1#1']);
  });

  it('are void without a decision only if no agreement decides about them', () => {
    const [one, two] = [
      said('a1', 't', { commandId: 'c', type: 'thing.decided' }),
      said('b1', 't', { commandId: 'c' }),
    ];

    expect(common(one, { ...two, type: 'thing.decided' }).voids).toEqual([]);
  });

  it('are all seen by a writer who has seen one', () => {
    const [one, other] = [said('a1', 't', { commandId: 'c' }), said('b1', 't', { commandId: 'c' })];
    const copies = copiesIn(kept(one, other), 'c');
    const union = nothingSeen();
    addSeen(union, sawAll(other));

    expect(sawCommand(sawAll(other), copies)).toBe(true);
    expect(unionSaw(union, copies)).toBe(true);
    expect(sawCommand(sawAll(said('c1', 't')), copies)).toBe(false);
    expect(unionSaw(nothingSeen(), copies)).toBe(false);
  });

  it('contradict if a decided event has two payloads, but not if it is copied', () => {
    const decided = { commandId: 'decided:x#1', type: 'thing.decided' };
    const [one, same] = [said('a1', 't', decided), said('b1', 't', decided)];

    expect(common(one, same).contradictions).toEqual([]);
    expect(common(one, same, said('c1', 'u', decided)).contradictions).toEqual(['decided:x#1']);
    expect(
      common(said('a1', 't', { commandId: 'c' }), said('b1', 'u', { commandId: 'c' })).contradictions,
    ).toEqual([]);
  });
});

describe('a union of contexts', () => {
  it('contains a copy if and only if one of the contexts does', () => {
    const seen = fc.record({
      vector: fc.dictionary(fc.constantFrom('a.1', 'b.1'), fc.integer({ min: 1, max: 5 })),
      beyond: fc.subarray(['a.1#7', 'b.1#8', 'b.1#10']),
    });
    const place = fc.tuple(fc.constantFrom('a', 'b', 'c'), fc.integer({ min: 1, max: 10 }));
    fc.assert(
      fc.property(fc.array(seen, { maxLength: 3 }), place, (contexts, [at, seq]) => {
        const union = nothingSeen();
        for (const context of contexts) addSeen(union, context);
        const copies = copiesIn(kept(said(`${at}${seq}`, 't')), `${at}${seq}`);
        expect(unionSaw(union, copies)).toBe(contexts.some((context) => seesId(context, `${at}.1#${seq}`)));
      }),
      { numRuns: LAW_RUNS },
    );
  });
});

describe('a sound entity', () => {
  it('has no gap, no unread event and no contradiction', () => {
    const decided = { commandId: 'decided:x#1', type: 'thing.decided' };

    expect(isSound(common(said('a1', 't'), said('a2', 't')))).toBe(true);
    expect(isSound(common(said('a2', 't')))).toBe(false);
    expect(isSound(common(said('a1', 't', { schemaVersion: 2 })))).toBe(false);
    expect(isSound(common(said('a1', 't', { type: 'thing.new' })))).toBe(false);
    expect(isSound(common(said('a1', 't', { type: 'toString' })))).toBe(false);
    expect(isSound(common(said('a1', 't', decided), said('b1', 'u', decided)))).toBe(false);
  });

  it('numbers events of another entity separately', () => {
    const state = kept(said('a1', 'own'), said('a1', 'other', { entity: 'other#9', commandId: 'x' }));

    expect(state.commands.size).toBe(2);
    expect(seenOf(state.held)).toEqual({ vector: { 'a.1': 1 }, beyond: [] });
  });
});

describe('bytes of a state', () => {
  it('depend on the kind and the version of the rules', () => {
    const digest = stateDigest(RULES, { a: 1, b: 2 });

    expect(stateBytes(RULES, { b: 2, a: 1 })).toBe('{"foldVersion":3,"kind":"thing","state":{"a":1,"b":2}}');
    expect(stateDigest(RULES, { b: 2, a: 1 })).toBe(digest);
    expect(stateDigest({ ...RULES, foldVersion: 4 }, { a: 1, b: 2 })).not.toBe(digest);
    expect(stateDigest({ ...RULES, kind: 'other' }, { a: 1, b: 2 })).not.toBe(digest);
  });

  it('are restored only from a snapshot of the same rules', () => {
    const events = [said('a1', 't'), said('a3', 't'), said('b1', 't', { schemaVersion: 2 })];
    const text: unknown = JSON.parse(snapshotOf(RULES, kept(...events)));
    const back = read(text) ?? nothingKept();

    expect(back).toEqual(kept(...events));
    expect(snapshotReader({ ...RULES, foldVersion: 4 })(text)).toBeUndefined();
    expect(snapshotReader({ ...RULES, kind: 'other' })(text)).toBeUndefined();
  });

  it('are the same for a snapshot of the same events in another order', () => {
    const events = [said('a1', 't'), said('b1', 't', { deadlineAtMs: 5 }), said('b3', 't'), said('a2', 't')];

    expect(snapshotOf(RULES, kept(...events.toReversed()))).toBe(snapshotOf(RULES, kept(...events)));
  });

  it('treat an event from before the snapshot as a redelivery', () => {
    const state = read(JSON.parse(snapshotOf(RULES, kept(said('a1', 't'))))) ?? nothingKept();
    absorb(RULES, state, said('a1', 't'));

    expect(state).toEqual(kept(said('a1', 't')));
  });
});
