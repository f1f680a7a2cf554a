import { fc, test } from '@fast-check/vitest';
import { describe, expect, it } from 'vitest';
import { planAccept } from '../../../../lambdas/regions/log/accept.ts';
import { chainOf, chainsOfEntity, LANES, SHARDS, shardOf } from '../../../../lambdas/regions/log/chain.ts';
import { compareHlc, GENESIS } from '../../../../lambdas/regions/log/event.ts';
import type { LogEvent } from '../../../../lambdas/regions/log/event.ts';
import { MAX_COUNTER, MAX_WALL_MS } from '../../../../lambdas/regions/log/hlc.ts';
import { START_MS } from '../../../../tools/rig/fake-clock.ts';
import { LAW_RUNS } from '../laws.ts';
import { A, B, CART, draftOf, OwnState, refusalOf } from './lab.ts';

const ORDER = 'order#o1';

/** A sequence of accepts: entity, lane and advance of the clock. */
const anyAccepts = fc.array(
  fc.record({
    entities: fc.array(fc.constantFrom(CART, ORDER, 'cart#c2'), { minLength: 1, maxLength: 3 }),
    lane: fc.nat(LANES - 1),
    nowMs: fc.integer({ min: START_MS - 5, max: START_MS + 5 }),
  }),
  { maxLength: 8 },
);

const groupedBy = (events: readonly LogEvent[], key: 'chain' | 'entity'): LogEvent[][] => [
  ...Map.groupBy(events, (event) => event[key]).values(),
];

describe('planAccept', () => {
  test.prop([anyAccepts], { numRuns: LAW_RUNS })(
    'numbers chains and entities without gaps, links each chain and moves time forward',
    (accepts) => {
      const own = new OwnState(A);

      const events = accepts.flatMap(
        ({ entities, lane, nowMs }) =>
          own.accept(
            entities.map((entity) => draftOf({ entity })),
            { lane, nowMs },
          ).events,
      );

      for (const chain of groupedBy(events, 'chain')) {
        expect(chain.map(({ chainSeq }) => chainSeq)).toEqual(chain.map((_, at) => at + 1));
        expect(chain[0]?.prev).toBe(GENESIS);
        expect(chain.slice(1).map(({ prev }) => prev)).toEqual(chain.slice(0, -1).map(({ hash }) => hash));
      }
      for (const entity of groupedBy(events, 'entity')) {
        expect(entity.map(({ entitySeq }) => entitySeq)).toEqual(entity.map((_, at) => at + 1));
        expect(
          entity.every(({ hlc }, at) => at === 0 || compareHlc(entity[at - 1]?.hlc ?? hlc, hlc) < 0),
        ).toBe(true);
      }
    },
  );

  it('puts a checkout as two events under one command record', () => {
    const drafts = [
      draftOf({ entity: CART, commandId: 'checkout-1' }),
      draftOf({ entity: ORDER, commandId: 'checkout-1' }),
    ];

    const plan = new OwnState(A).accept(drafts);

    expect(plan.items.map(({ key, condition }) => [key, condition.kind])).toEqual([
      [`${CART}|${A}#1`, 'absent'],
      [`${ORDER}|${A}#1`, 'absent'],
    ]);
    expect(plan.commands).toEqual([
      {
        kind: 'put',
        key: `${A}#command#checkout-1`,
        condition: { kind: 'absent' },
        next: {
          commandId: 'checkout-1',
          fingerprint: 'fingerprint-1',
          events: [
            { entity: CART, id: `${A}#1` },
            { entity: ORDER, id: `${A}#1` },
          ],
        },
      },
    ]);
  });

  it('writes heads and tips on the condition that they are unchanged since the read', () => {
    const own = new OwnState(A);
    const first = own.accept([draftOf()]);
    const second = own.accept([draftOf({ commandId: 'command-2' }), draftOf({ commandId: 'command-3' })]);

    expect([...first.heads, ...first.tips].map(({ condition }) => condition)).toEqual([
      { kind: 'absent' },
      { kind: 'absent' },
    ]);
    expect([...second.heads, ...second.tips].map(({ condition }) => condition)).toEqual([
      { kind: 'version', version: 1 },
      { kind: 'version', version: 1 },
    ]);
    expect(second.heads.map(({ key, next }) => [key, next.version])).toEqual([[`${A}#head#${CART}`, 3]]);
    expect(second.tips.map(({ key, next }) => [key, next.version, next.hash])).toEqual([
      [`${chainOf(A, shardOf(CART), 0)}#tip`, 3, second.events[1]?.hash],
    ]);
  });

  it('schedule 14: an event has no time to live and is put only if absent', () => {
    const [item] = new OwnState(A).accept([draftOf()]).items;

    expect(Object.keys(item?.next ?? {}).toSorted()).toEqual([
      'body',
      'chain',
      'chainSeq',
      'entity',
      'hash',
      'id',
    ]);
    expect(item).toMatchObject({ kind: 'put', condition: { kind: 'absent' } });
  });

  it('takes another lane without waiting for the first', () => {
    const own = new OwnState(A);
    own.accept([draftOf()]);

    const [event] = own.accept([draftOf({ commandId: 'command-2' })], { lane: 3 }).events;

    expect(event).toMatchObject({
      chain: chainOf(A, shardOf(CART), 3),
      chainSeq: 1,
      entitySeq: 2,
      prev: GENESIS,
    });
  });

  it('gives a time after all events that the writer had seen, from any Region', () => {
    const seenHlc = { wallMs: START_MS + 70_000, counter: 4 };

    const [event] = new OwnState(A).accept([draftOf({}, { seenHlc })]).events;

    expect(event?.hlc).toEqual({ wallMs: seenHlc.wallMs, counter: 5 });
  });

  it('schedule 7: state of another incarnation is refused', () => {
    const before = new OwnState(A);
    before.accept([draftOf()]);
    const restored = 'eu-central-1.a2';

    expect(refusalOf(planAccept({ ...before.read(), origin: restored }, [draftOf()]))).toBe(
      'incarnation at origin',
    );

    const tips = new Map([...before.tips.values()].map((tip) => [chainOf(restored, shardOf(CART), 0), tip]));
    const read = { ...before.read(), origin: restored, heads: new Map(), tips };
    expect(refusalOf(planAccept(read, [draftOf()]))).toBe('incarnation at origin');
  });

  it('schedule 7: a new incarnation numbers its own events from 1', () => {
    const [event] = new OwnState('eu-central-1.a2').accept([draftOf()]).events;

    expect(event).toMatchObject({ id: 'eu-central-1.a2#1', entitySeq: 1, chainSeq: 1 });
  });

  it('plans nothing if one draft is refused', () => {
    const own = new OwnState(A);
    const drafts = [draftOf(), draftOf({ seen: { vector: { [A]: 2 }, beyond: [] } })];

    expect(refusalOf(planAccept(own.read(), drafts))).toBe('seen_ahead at seen');
    expect(
      planAccept(own.read(), drafts.with(1, draftOf({ seen: { vector: { [A]: 1, [B]: 9 }, beyond: [] } })))
        .ok,
    ).toBe(true);
  });

  it('refuses a time after the maximum of the clock', () => {
    const seenHlc = { wallMs: MAX_WALL_MS, counter: MAX_COUNTER };

    expect(refusalOf(planAccept(new OwnState(A).read(), [draftOf({}, { seenHlc })]))).toBe('clock at hlc');
  });

  it.each([-1, 0.5, LANES, Number.NaN])('refuses lane %d', (lane) => {
    expect(refusalOf(planAccept(new OwnState(A).read({ lane }), [draftOf()]))).toBe('lane at lane');
  });
});

describe('shardOf', () => {
  test.prop([fc.string()], { numRuns: LAW_RUNS })('gives each entity one of the shards', (entity) => {
    const shard = shardOf(entity);

    expect(Number.isInteger(shard) && shard >= 0 && shard < SHARDS).toBe(true);
    expect(chainsOfEntity(A, entity)).toEqual([0, 1, 2, 3].map((lane) => `${A}#${shard}.${lane}`));
  });

  it('does not change, since it is part of stored names', () => {
    expect(['cart#c1', 'order#o1', 'stock#s1'].map(shardOf)).toEqual([41, 43, 23]);
  });

  it('uses every shard', () => {
    expect(new Set(Array.from({ length: 2_000 }, (_, n) => shardOf(`cart#${n}`))).size).toBe(SHARDS);
  });
});
