/**
 * Whether a history of overlapping operations could have happened one at a time, each at a moment between its call and its
 * answer (Wing and Gong's search with Lowe's memory of configurations). Made for one task's history at a time: tasks share
 * nothing, so a history is linearizable when each task's is.
 */

/** An operation. `Model` is what the operations work on. */
export interface Operation<Model> {
  /** For the report. */
  readonly text: string;
  /** Moment of the call; moments are numbers that only their order matters of. */
  readonly calledAt: number;
  /** Moment of the answer; absent when none came: it may then take effect at any later moment, or never. */
  readonly answeredAt?: number | undefined;
  /** The model after it; `undefined` when it could not have been answered so then. */
  readonly apply: (model: Model) => Model | undefined;
}

interface Configuration<Model> {
  readonly model: Model;
  /** Indices of operations that have taken effect. */
  readonly done: ReadonlySet<number>;
}

/** Operations that may be next: called before the first answer that is still out. */
function nextOf<Model>(
  operations: readonly Operation<Model>[],
  done: ReadonlySet<number>,
): readonly number[] {
  const open = operations.map((_operation, index) => index).filter((index) => !done.has(index));
  const deadline = Math.min(
    ...open.map((index) => operations[index]?.answeredAt ?? Number.POSITIVE_INFINITY),
  );
  return open.filter((index) => (operations[index]?.calledAt ?? 0) < deadline);
}

/**
 * Whether the operations, from `model` on, are linearizable.
 * @param keyOf names a model; equal models have equal names
 */
export function isLinearizable<Model>(
  operations: readonly Operation<Model>[],
  model: Model,
  keyOf: (model: Model) => string,
): boolean {
  const ordered = operations.toSorted((a, b) => a.calledAt - b.calledAt);
  const seen = new Set<string>();
  const open: Configuration<Model>[] = [{ model, done: new Set() }];
  for (let here = open.pop(); here !== undefined; here = open.pop()) {
    const { done } = here;
    if (ordered.every(({ answeredAt }, index) => answeredAt === undefined || done.has(index))) return true;
    for (const index of nextOf(ordered, done)) {
      const after = ordered[index]?.apply(here.model);
      if (after === undefined) continue;
      const next = { model: after, done: new Set(done).add(index) };
      const key = `${keyOf(after)} ${[...next.done].toSorted((a, b) => a - b).join(',')}`;
      if (!seen.has(key)) {
        seen.add(key);
        open.push(next);
      }
    }
  }
  return false;
}
