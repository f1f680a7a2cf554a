/**
 * Restores a lost table `Agreements`: each item is rebuilt from its decided events in the log.
 *
 * Invariants
 * 1. Only the gapless beginning counts: decisions 1 to n whose events are all held. No irreversible step followed from a later one, because
 *    acting on a decision needs all decisions before it to be secured.
 * 2. A decision whose event only one incarnation holds waits in the new item until it is secured again. It counts, since it may have been
 *    acted on; no new step follows from it until then.
 * 3. A restore reads the logs of all incarnations that are not closed. An event of a closed incarnation that no survivor listed never
 *    counts, also in later restores: a table may have decided differently meanwhile.
 * 4. A later generation overrules an earlier one from its first own decision on.
 */
import type { Put } from '../change.ts';
import type { AgreementItem, DecisionName, TakenOver } from './item.ts';

/** One decided event of the log. */
export interface DecidedRecord<D> extends DecisionName {
  readonly decision: D;
}

/** One decided event from which a lost table is restored. */
export interface HeldDecision<D> extends DecidedRecord<D> {
  /** The attempt that made it. */
  readonly attemptId: string;
  /** Two present incarnations hold the event now. */
  readonly isSecured: boolean;
}

/** Drops what a later generation overruled, and copies of the same decision. */
function effective<R extends DecisionName>(records: readonly R[]): ReadonlyMap<number, R> {
  const byNumber = new Map<number, R>();
  for (const record of records.toSorted((a, b) => a.generation - b.generation || a.number - b.number)) {
    const overruled = [...byNumber.values()].filter(
      ({ generation, number }) => generation < record.generation && number >= record.number,
    );
    for (const { number } of overruled) byNumber.delete(number);
    byNumber.set(record.number, record);
  }
  return byNumber;
}

/** Decisions 1 to n without a gap. */
export function gaplessDecisions<R extends DecisionName>(records: readonly R[]): readonly R[] {
  const byNumber = effective(records);
  const chosen: R[] = [];
  for (let next = byNumber.get(1); next !== undefined; next = byNumber.get(next.number + 1))
    chosen.push(next);
  return chosen;
}

const lineageOf = (chosen: readonly DecisionName[]): readonly TakenOver[] =>
  chosen
    .map(({ generation, number }) => ({ generation, through: number }))
    .filter(({ generation }, index) => chosen[index + 1]?.generation !== generation);

/** Input of a rebuild. */
export interface RebuildInput<S, D> {
  readonly key: string;
  /** Generation of the new table, above every generation in the log. */
  readonly generation: number;
  readonly records: readonly DecidedRecord<D>[];
  /** State before the first decision. */
  readonly start: S;
  /** What a decision does to a state; total. */
  readonly evolve: (state: S, decision: D) => S;
}

/** The item after exactly these decisions, with all of their events secured; absent if there are no decisions. */
export function rebuiltItem<S, D>(input: RebuildInput<S, D>): Put<AgreementItem<S, D>> | undefined {
  const { key, generation, records, start, evolve } = input;
  const chosen = gaplessDecisions(records);
  if (chosen.length === 0) return undefined;
  return {
    kind: 'put',
    key,
    condition: { kind: 'absent' },
    next: {
      key,
      generation,
      lineage: lineageOf(chosen),
      version: 1,
      decided: chosen.length,
      attempts: [],
      state: chosen.reduce((state, { decision }) => evolve(state, decision), start),
      pending: [],
    },
  };
}

/** Input of a restore. */
export interface RestoreInput<S, D> extends RebuildInput<S, D> {
  readonly records: readonly HeldDecision<D>[];
}

/**
 * The first write of a lost item in the new table; absent if nothing was decided. Decisions that only one incarnation holds wait in it for
 * their events. Regions that restore it at the same time write the same item, and the first write wins.
 */
export function restoredItem<S, D>(input: RestoreInput<S, D>): Put<AgreementItem<S, D>> | undefined {
  const put = rebuiltItem(input);
  const pending = gaplessDecisions(input.records)
    .filter(({ isSecured }) => !isSecured)
    .map(({ isSecured: _not, ...waiting }) => waiting);
  return put === undefined ? undefined : { ...put, next: { ...put.next, pending } };
}
