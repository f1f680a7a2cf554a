/** Copies, sorts and projects items. */
import type { Item, Placeholders } from './expressions.ts';

/** A deep copy without undefined values: results share nothing with stored values. */
export function copied(value: unknown): unknown {
  if (Array.isArray(value)) return value.map(copied);
  if (typeof value !== 'object' || value === null) return value;
  return copiedItem(value);
}

/** A deep copy of an item. */
export const copiedItem = (value: object): Record<string, unknown> => {
  const copy: Record<string, unknown> = {};
  for (const [name, part] of Object.entries(value)) if (part !== undefined) copy[name] = copied(part);
  return copy;
};

/** Compares like a sort key. */
export const byAttribute =
  (name: string) =>
  (a: Item, b: Item): number => {
    const [left, right] = [a[name], b[name]];
    if (typeof left === 'number' && typeof right === 'number') return left - right;
    return String(left) < String(right) ? -1 : String(left) > String(right) ? 1 : 0;
  };

/** The attributes of a projection. */
export const projected = (item: Item, expression: string | undefined, given: Placeholders): Item => {
  if (expression === undefined) return item;
  const names = expression.split(',').map((name) => name.trim());
  const attributes = names.map((name) => given.ExpressionAttributeNames?.[name] ?? name);
  return Object.fromEntries(
    attributes.flatMap((name) => (item[name] === undefined ? [] : [[name, item[name]] as const])),
  );
};
