/** Decided events as folds read them: the outcomes of one agreement, in the order of their numbers. */
import * as z from 'zod/mini';
import { type DecidedRecord, gaplessDecisions } from '../agreements/rebuild.ts';
import { factOf } from './facts.ts';

const numberSchema = z.int().check(z.gte(1));

/** Schema of a decided event of one type. @param decision - schema of what can be decided */
export const decidedFactOf = <const T extends string, D extends z.ZodMiniType>(type: T, decision: D) =>
  factOf(
    type,
    z.object({
      key: z.string(),
      generation: numberSchema,
      number: numberSchema,
      attemptId: z.string(),
      decision,
    }),
  );

/** What is known of an agreement's decisions. */
export interface Decisions<D> {
  /** Decisions 1 to n without a gap. Nothing that comes after a gap is acted on or shown as a fact. */
  readonly gapless: readonly DecidedRecord<D>[];
  /** Number of decisions that are here and come after a gap, or that a later generation overruled. */
  readonly waiting: number;
}

/** Puts decided events in order. @param records - one for each command id, so that copies are left out already */
export function decisionsOf<D>(records: readonly DecidedRecord<D>[]): Decisions<D> {
  const gapless = gaplessDecisions(records);
  return { gapless, waiting: records.length - gapless.length };
}
