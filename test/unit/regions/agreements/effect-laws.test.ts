/**
 * The agreement about an effect under random interleavings: owners that hang, crash or are fenced, lost answers, all kinds of providers.
 */
import { fc, test } from '@fast-check/vitest';
import { describe, expect } from 'vitest';
import { LAW_RUNS } from '../laws.ts';
import { EffectWorld, met, REGIONS } from './effect-world.ts';

const region = fc.constantFrom(...REGIONS);
const index = fc.nat(1);
/** A short time, about the time until no call may begin, and about a lease. */
const passedMs = fc.oneof(
  fc.nat(4_000),
  fc.integer({ min: 80_000, max: 92_000 }),
  fc.integer({ min: 110_000, max: 130_000 }),
);
const step = fc.oneof(
  { weight: 5, arbitrary: fc.record({ kind: fc.constant('claim'), region, isAnswerLost: fc.boolean() }) },
  { weight: 2, arbitrary: fc.record({ kind: fc.constant('recover') }) },
  { weight: 5, arbitrary: fc.record({ kind: fc.constant('call'), index }) },
  { weight: 2, arbitrary: fc.record({ kind: fc.constant('land') }) },
  { weight: 3, arbitrary: fc.record({ kind: fc.constant('report'), index }) },
  { weight: 1, arbitrary: fc.record({ kind: fc.constant('crash'), index }) },
  { weight: 1, arbitrary: fc.record({ kind: fc.constant('renew'), index }) },
  { weight: 2, arbitrary: fc.record({ kind: fc.constant('fence'), region }) },
  { weight: 1, arbitrary: fc.record({ kind: fc.constant('person') }) },
  { weight: 5, arbitrary: fc.record({ kind: fc.constant('pass'), passedMs }) },
  { weight: 1, arbitrary: fc.record({ kind: fc.constant('withdraw') }) },
);
type Step = typeof step extends fc.Arbitrary<infer T> ? T : never;

function carryOut(world: EffectWorld, at: Step): void {
  switch (at.kind) {
    case 'claim':
      world.claim(at.region, at.isAnswerLost);
      return;
    case 'recover':
      world.recover();
      return;
    case 'call':
      world.call(at.index);
      return;
    case 'land':
      world.land();
      return;
    case 'report':
      world.report(at.index);
      return;
    case 'crash':
      world.workers.splice(at.index, 1);
      return;
    case 'renew':
      world.renew(at.index);
      return;
    case 'fence':
      world.epochs[at.region] += 1;
      return;
    case 'person':
      world.person();
      return;
    case 'pass':
      world.pass(at.passedMs);
      return;
    case 'withdraw':
      world.permission = 'withdrawn';
  }
}

/** The outcome matches the provider. It is absent only if no owner reached the provider and none may reach it later. */
function expectOutcome(world: EffectWorld): void {
  const status = world.item()?.state.status;
  met.done += status === 'done' ? 1 : 0;
  if (status === 'done') expect(world.applied).toBe(1);
  else expect(world.applied).toBe(0);
  const isWithdrawn = world.permission === 'withdrawn' && world.item()?.state.isInDoubt !== true;
  expect(
    status === 'done' || status === 'refused' || isWithdrawn,
    `the effect is ${status ?? 'unclaimed'}`,
  ).toBe(true);
}

/** The hardest provider can be asked and does not recognise keys. */
const provider = fc.oneof(
  fc.constant({ recognisesKeys: false, canBeAsked: true }),
  fc.record({ recognisesKeys: fc.boolean(), canBeAsked: fc.boolean() }),
);

describe('the agreement about an effect', () => {
  test.prop([provider, fc.array(step, { minLength: 5, maxLength: 50, size: 'max' })], { numRuns: LAW_RUNS })(
    'carries it out at most once and ends with the true outcome',
    (kind, steps) => {
      const world = new EffectWorld(kind);
      for (const at of steps) carryOut(world, at);

      expect(world.applied).toBeLessThanOrEqual(1);
      world.settle();
      expect(world.applied).toBeLessThanOrEqual(1);
      expectOutcome(world);
    },
  );

  test('covers every rare situation', () => {
    expect(Object.entries(met).filter(([, times]) => times === 0)).toEqual([]);
  });
});
