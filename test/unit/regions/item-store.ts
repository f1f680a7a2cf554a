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

/** Items of one table by key. */
export type Items = Readonly<Record<string, Stored>>;

/** The items after all changes if every condition holds, otherwise undefined. A transaction changes an item at most once. */
export function written(items: Items, changes: readonly AnyChange[]): Items | undefined {
  const keys = new Set(changes.map(({ key }) => key));
  if (keys.size !== changes.length) throw new Error('a transaction changes one item twice');
  if (!changes.every(({ key, condition }) => holds(items[key], condition))) return undefined;
  const next: Record<string, Stored> = { ...items };
  for (const change of changes)
    next[change.key] =
      change.kind === 'put' ? { ...change.next } : added(items[change.key] ?? {}, change.add);
  return next;
}

/** Items of one table. */
export class ItemStore {
  #items: Items = {};

  /** The item of a key, if it exists and is of the kind. */
  get<T>(key: string, isKind: (item: unknown) => item is T): T | undefined {
    const item: unknown = this.#items[key];
    return isKind(item) ? item : undefined;
  }

  /** All items of a kind. */
  all<T>(isKind: (item: unknown) => item is T): readonly T[] {
    const items: readonly unknown[] = Object.values(this.#items);
    return items.filter((item) => isKind(item));
  }

  /** Writes all changes if every condition holds, otherwise nothing. */
  write(changes: readonly AnyChange[]): boolean {
    const next = written(this.#items, changes);
    if (next === undefined) return false;
    this.#items = next;
    return true;
  }

  /** Deletes everything, like the loss of a Region or a table. */
  destroy(): void {
    this.#items = {};
  }
}
