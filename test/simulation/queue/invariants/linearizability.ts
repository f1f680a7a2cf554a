/**
 * Checks whether a history of overlapping operations is equivalent to a sequence in which each operation takes effect between its call and
 * its answer (Wing and Gong's search with Lowe's cache of configurations). It checks one task at a time: tasks share nothing, so a history
 * is linearizable if each task's history is.
 */

/** An operation on a `Model`. */
export interface Operation<Model> {
  /** For the report. */
  readonly text: string;
  /** Logical time of the call; only the order of the numbers matters. */
  readonly calledAt: number;
  /** Logical time of the answer. Absent without an answer: then it may take effect at any later time, or never. */
  readonly answeredAt?: number | undefined;
  /** The model after the operation; `undefined` if the answer is impossible for this model. */
  readonly apply: (model: Model) => Model | undefined;
}

interface Configuration<Model> {
  readonly model: Model;
  /** Indices of operations that have taken effect. */
  readonly done: ReadonlySet<number>;
}

/** Operations that may be next: called before the first outstanding answer. */
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
 * Whether the operations are linearizable, starting from `model`.
 * @param keyOf gives a key of a model; equal models have equal keys
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
