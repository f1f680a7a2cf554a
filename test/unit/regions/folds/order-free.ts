/** The laws of every fold. */
import { fc } from '@fast-check/vitest';
import { snapshotOf, snapshotReader, stateBytes } from '../../../../lambdas/regions/folds/digest.ts';
import {
  absorbAll,
  type Fact,
  type FoldRules,
  type Kept,
  nothingKept,
} from '../../../../lambdas/regions/folds/kept.ts';
import type { LogEvent } from '../../../../lambdas/regions/log/event.ts';
import { LAW_RUNS } from '../laws.ts';
import { delivered, type World } from './history.ts';

/** A fold under test. */
export interface Subject<F extends Fact> {
  readonly rules: FoldRules<F>;
  readonly stateOf: (kept: Kept<F>) => object;
}

const bytesOf = <F extends Fact>({ rules, stateOf }: Subject<F>, events: readonly LogEvent[]): string =>
  stateBytes(rules, stateOf(absorbAll(rules, nothingKept<F>(), events)));

/** Bytes after a snapshot in the middle and the remaining events in two batches. */
function bytesThroughSnapshot<F extends Fact>(
  { rules, stateOf }: Subject<F>,
  events: readonly LogEvent[],
  cut: number,
  read: (snapshot: unknown) => Kept<F> | undefined,
): string {
  const early = snapshotOf(rules, absorbAll(rules, nothingKept<F>(), events.slice(0, cut)));
  const kept = read(JSON.parse(early));
  if (kept === undefined) return 'refused';
  stateOf(absorbAll(rules, kept, events.slice(cut)));
  return stateBytes(rules, stateOf(absorbAll(rules, kept, events)));
}

/**
 * Checks that every order, repetition, batch and snapshot point of a set of events gives the same bytes. Throws the first counterexample.
 */
export function checkOrderFree<F extends Fact>(subject: Subject<F>, histories: fc.Arbitrary<World>): void {
  const read = snapshotReader(subject.rules);
  const cases = histories.chain(({ log }) =>
    fc.record({ log: fc.constant(log), events: delivered(log), cut: fc.nat({ max: 20 }) }),
  );
  fc.assert(
    fc.property(cases, ({ log, events, cut }) => {
      const expected = bytesOf(subject, log);
      return (
        bytesOf(subject, events) === expected && bytesThroughSnapshot(subject, events, cut, read) === expected
      );
    }),
    { numRuns: LAW_RUNS },
  );
}
