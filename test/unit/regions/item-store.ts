/** A table in memory: items by key, conditional writes, and transactions of several items. */
import type { Add, Condition, Put } from '../../../lambdas/regions/change.ts';

type Stored = Readonly<Record<string, unknown>>;
/** A change of any item. */
export type AnyChange = Add | Put<object>;

const numberIn = (item: Stored | undefined, field: string): number => {
  const value = item?.[field];
  return typeof value === 'number' ? value : 0;
};

function holds(item: Stored | undefined, condition: Condition): boolean {
  switch (condition.kind) {
    case 'absent':
      return item === undefined;
    case 'version':
      return item?.['version'] === condition.version;
    case 'atLeast':
      return item !== undefined && numberIn(item, condition.field) >= condition.value;
  }
}

const added = (item: Stored, add: Add['add']): Stored => ({
  ...item,
  ...Object.fromEntries(Object.entries(add).map(([field, n]) => [field, numberIn(item, field) + n])),
});

/** Items of one table. */
export class ItemStore {
  readonly #items = new Map<string, Stored>();

  /** The item of a key, if it exists and is of the kind. */
  get<T>(key: string, isKind: (item: unknown) => item is T): T | undefined {
    const item: unknown = this.#items.get(key);
    return isKind(item) ? item : undefined;
  }

  /** All items of a kind. */
  all<T>(isKind: (item: unknown) => item is T): readonly T[] {
    const items: readonly unknown[] = [...this.#items.values()];
    return items.filter((item) => isKind(item));
  }

  /** Writes all changes if every condition holds, otherwise nothing. A transaction changes an item at most once. */
  write(changes: readonly AnyChange[]): boolean {
    const keys = new Set(changes.map(({ key }) => key));
    if (keys.size !== changes.length) throw new Error('a transaction changes one item twice');
    if (!changes.every(({ key, condition }) => holds(this.#items.get(key), condition))) return false;
    for (const change of changes)
      this.#items.set(
        change.key,
        change.kind === 'put' ? { ...change.next } : added(this.#items.get(change.key) ?? {}, change.add),
      );
    return true;
  }

  /** Deletes everything, like the loss of a Region or a table. */
  destroy(): void {
    this.#items.clear();
  }
}
