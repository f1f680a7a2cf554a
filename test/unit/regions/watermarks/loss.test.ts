/** Three Regions and one origin: guarantees after the destruction of a Region at any moment, with outdated marks. */
import { fc, test } from '@fast-check/vitest';
import { describe, expect, it } from 'vitest';
import type { Origin } from '../../../../lambdas/regions/log/event.ts';
import { closeOrigin, holdsCut, isBacked } from '../../../../lambdas/regions/watermarks/closing.ts';
import { missingFrom } from '../../../../lambdas/regions/watermarks/compare.ts';
import { claimsOf, markOf, NO_MARK } from '../../../../lambdas/regions/watermarks/mark.ts';
import type { ChainMark, Watermark } from '../../../../lambdas/regions/watermarks/mark.ts';
import { notKnown } from '../../../../lambdas/regions/watermarks/pulse.ts';
import type { Pulse } from '../../../../lambdas/regions/watermarks/pulse.ts';
import { isSecured } from '../../../../lambdas/regions/watermarks/secured.ts';
import { START_MS } from '../../../../tools/rig/fake-clock.ts';
import { LAW_RUNS } from '../laws.ts';
import { A, B, C, valueOf } from '../log/lab.ts';
import { CHAIN, seqsOf, watermarkOf } from './lab.ts';
import { main, Receiver } from './naive.ts';

const REGIONS = [A, B, C];

const anyStep = fc.oneof(
  {
    weight: 3,
    arbitrary: fc.record({ kind: fc.constant('accept' as const), count: fc.integer({ min: 1, max: 4 }) }),
  },
  {
    weight: 6,
    arbitrary: fc.record({
      kind: fc.constant('copy' as const),
      to: fc.constantFrom(B, C),
      from: fc.oneof(fc.constant(1), fc.integer({ min: 1, max: 16 })),
      count: fc.oneof(fc.integer({ min: 1, max: 3 }), fc.constant(12)),
    }),
  },
  {
    weight: 4,
    arbitrary: fc.record({ kind: fc.constant('publish' as const), at: fc.constantFrom(...REGIONS) }),
  },
  {
    weight: 1,
    arbitrary: fc.record({ kind: fc.constant('pulse' as const), stopped: fc.constant<boolean>(false) }),
  },
);
type Step = typeof anyStep extends fc.Arbitrary<infer S> ? S : never;

/** Origin A and its receivers; a Region knows only the published state of other Regions. */
class World {
  accepted = 0;
  readonly receivers = new Map(REGIONS.map((region) => [region, new Receiver()]));
  readonly published = new Map<Origin, ChainMark>();
  pulse: Pulse | undefined;

  at(region: Origin): Receiver {
    return this.receivers.get(region) ?? new Receiver();
  }

  apply(step: Step): void {
    if (step.kind === 'publish') this.published.set(step.at, this.at(step.at).mark());
    else if (step.kind === 'copy') this.at(step.to).take(this.#existing(step));
    else if (step.kind === 'accept') this.#accept(step.count);
    else
      this.pulse = {
        origin: A,
        atMs: START_MS,
        counted: new Map([[CHAIN, this.accepted]]),
        stopped: step.stopped,
      };
  }

  #accept(count: number): void {
    for (let n = 0; n < count; n += 1) this.at(A).take([main((this.accepted += 1))]);
  }

  #existing({ from, count }: { readonly from: number; readonly count: number }): ReturnType<typeof main>[] {
    return Array.from({ length: count }, (_, at) => from + at)
      .filter((seq) => seq <= this.accepted)
      .map(main);
  }

  /** Numbers that a Region considers secured, from its own log and the published marks. */
  securedAt(region: Origin, present: ReadonlySet<Origin> = new Set(REGIONS)): number[] {
    const { stored, index } = this.at(region);
    return [...new Set(stored.map(({ seq }) => seq))].filter((chainSeq) =>
      isSecured({ origin: A, chainSeq }, { present, marks: this.published, index, inAgreements: false }),
    );
  }

  /** The complete list of a Region for closing the origin. */
  list(region: Origin): Watermark {
    const { holding, index } = this.at(region);
    return watermarkOf(region, { [CHAIN]: markOf(holding, index, { islands: Infinity, keyless: Infinity }) });
  }

  /** One round of reconciliation from `peer` to `region`. */
  pull(region: Origin, peer: Origin): void {
    const { ranges, moreFrom = Infinity } = missingFrom(this.at(region).mark(), this.at(peer).mark());
    const wanted = this.at(peer).stored.filter(
      ({ seq }) => seq >= moreFrom || ranges.some(({ from, to }) => from <= seq && seq <= to),
    );
    this.at(region).take(wanted);
  }
}

const worldAfter = (steps: readonly Step[]): World => {
  const world = new World();
  for (const step of steps) world.apply(step);
  return world;
};
const holds = (world: World, region: Origin, seq: number): boolean =>
  world.at(region).index(seq) !== undefined;

const anySteps = fc.array(anyStep, { maxLength: 25, size: 'max' });

describe('losing a Region', () => {
  it('is tested with many secured and many unsecured events', () => {
    const worlds = fc.sample(anySteps, { numRuns: 500, seed: 1 }).map(worldAfter);
    const secured = worlds.reduce((sum, world) => sum + world.securedAt(A).length, 0);
    const accepted = worlds.reduce((sum, world) => sum + world.accepted, 0);

    expect(secured).toBeGreaterThan(500);
    expect(accepted - secured).toBeGreaterThan(500);
  });

  test.prop([anySteps, fc.constantFrom(...REGIONS), fc.constantFrom(...REGIONS)], { numRuns: LAW_RUNS })(
    'keeps every event that any Region considered secured in a survivor',
    (steps, asked, destroyed) => {
      const world = worldAfter(steps);
      const survivors = REGIONS.filter((region) => region !== destroyed);

      const lost = world
        .securedAt(asked)
        .filter((seq) => !survivors.some((region) => holds(world, region, seq)));

      expect(lost).toEqual([]);
    },
  );

  test.prop([anySteps, fc.constantFrom(...REGIONS)], { numRuns: LAW_RUNS })(
    'keeps every secured event when its origin is closed',
    (steps, asked) => {
      const world = worldAfter(steps);

      const cut = valueOf(closeOrigin(A, world.pulse, [world.list(B), world.list(C)]));

      const unbacked = world
        .securedAt(asked)
        .filter((chainSeq) => !isBacked(cut, { chain: CHAIN, chainSeq }));
      expect(unbacked).toEqual([]);
    },
  );

  test.prop([anySteps, fc.constantFrom(B, C)], { numRuns: LAW_RUNS })(
    'accounts for every accepted event: it is held, missing by number, or in an open shard',
    (steps, here) => {
      const world = worldAfter(steps);
      const held = claimsOf(world.list(here).chains.get(CHAIN) ?? NO_MARK);
      const claimed = claimsOf(world.list(here === B ? C : B).chains.get(CHAIN) ?? NO_MARK);

      const unknown = notKnown([{ chain: CHAIN, held, claimed }], world.pulse, true);

      const named = new Set(
        [...held, ...unknown.missing.flatMap(({ ranges }) => ranges)].flatMap((one) => seqsOf([one])),
      );
      const all = Array.from({ length: world.accepted }, (_, at) => at + 1);
      expect(unknown.open || all.every((seq) => named.has(seq))).toBe(true);
      const counted = world.pulse?.counted.get(CHAIN) ?? 0;
      expect(all.slice(0, counted).filter((seq) => !named.has(seq))).toEqual([]);
    },
  );

  test.prop([anySteps, fc.constantFrom(B, C)], { numRuns: LAW_RUNS })(
    'names every missing accepted event if the origin stopped before its last pulse',
    (steps, here) => {
      const world = worldAfter([...steps, { kind: 'pulse', stopped: true }]);
      const held = claimsOf(world.list(here).chains.get(CHAIN) ?? NO_MARK);

      const unknown = notKnown([{ chain: CHAIN, held, claimed: [] }], world.pulse, true);

      expect(unknown.open).toBe(false);
      expect(unknown.missingCount).toBe(world.accepted - seqsOf(held).length);
      expect(valueOf(closeOrigin(A, world.pulse, [world.list(here)]))).toMatchObject({
        lost: unknown.missingCount,
        bound: 'at_most',
      });
    },
  );

  test.prop([anySteps], { numRuns: LAW_RUNS })(
    'leads the survivors to the same events and the same cut in one round',
    (steps) => {
      const world = worldAfter(steps);
      const cut = valueOf(closeOrigin(A, world.pulse, [world.list(B), world.list(C)]));

      world.pull(B, C);
      world.pull(C, B);

      expect(world.at(B).mark()).toEqual(world.at(C).mark());
      expect([B, C].map((region) => holdsCut(cut, world.list(region)))).toEqual([true, true]);
    },
  );
});
