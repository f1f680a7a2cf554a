/** Stored items with one damaged field each: missing, of another type, with another word, or of newer code. */
import { NumberValue } from '@aws-sdk/lib-dynamodb';
import type { StoredItem } from '../../lambdas/shared/domain/stored-items.ts';

/** Marker in values that no answer about a damaged item may contain. */
export const SECRET = 'S3CRET';

/** Replacements of a field; `undefined` removes it. */
export const REPLACEMENTS: readonly unknown[] = [
  undefined,
  null,
  '',
  `${SECRET} NaN`,
  -1,
  1.5,
  Number.MAX_SAFE_INTEGER,
  // Not exact as a JavaScript number.
  NumberValue.from('12345678901234567890.5'),
  [SECRET],
  { [SECRET]: 1 },
  new Uint8Array([0xff, 0x00]),
];

type Path = readonly (string | number)[];

/** A damaged item and the place of the damage. */
export interface DamagedCopy {
  readonly item: StoredItem;
  /** For the report of a failure: `history.0.atMs = null`. */
  readonly damage: string;
}

const isRecord = (value: unknown): value is Record<string | number, unknown> =>
  typeof value === 'object' && value !== null && !(value instanceof Uint8Array);

/** Every field of a value, including nested ones; of a list, its last entry. */
function pathsOf(value: unknown): readonly Path[] {
  if (Array.isArray(value)) return value.length === 0 ? [] : below(value.length - 1, value.at(-1));
  return isRecord(value) ? Object.entries(value).flatMap(([name, part]) => below(name, part)) : [];
}

const below = (name: string | number, part: unknown): readonly Path[] => [
  [name],
  ...pathsOf(part).map((path) => [name, ...path]),
];

/** A copy with the value at `path` replaced. */
function replaced(value: unknown, [name, ...rest]: Path, by: unknown): unknown {
  if (name === undefined || !isRecord(value)) return by;
  const next = replaced(value[name], rest, by);
  if (Array.isArray(value)) {
    const items: readonly unknown[] = value;
    return items.flatMap((part, index) => {
      if (index !== name) return [part];
      return next === undefined ? [] : [next];
    });
  }
  const { [name]: _before, ...others } = value;
  return next === undefined ? others : { ...others, [name]: next };
}

function replacedIn(item: StoredItem, path: Path, by: unknown): StoredItem {
  const copy = replaced(item, path, by);
  if (!isRecord(copy)) throw new TypeError('path: expected at least one field');
  return copy;
}

const shown = (value: unknown): string => {
  if (value instanceof NumberValue) return value.toString();
  return value === undefined ? 'gone' : (JSON.stringify(value) ?? '');
};

/** Replacements of a field that another item has tested with all {@link REPLACEMENTS}. */
const FEW_REPLACEMENTS: readonly unknown[] = [undefined, `${SECRET} NaN`, { [SECRET]: 1 }];

/** Name of a field, independent of its index in a list. */
const placeOf = (path: Path): string => path.map((name) => (typeof name === 'number' ? '*' : name)).join('.');

/**
 * Copies of an item with one damaged field each; also one of the next version, and one with an unknown field.
 * @param keys names of the key fields, which a store does not allow to change
 * @param seen names of fields that other items have tested with all replacements; those of this item are added.
 * @default none
 */
export function damagedCopies(
  item: StoredItem,
  keys: readonly string[],
  seen = new Set<string>(),
): readonly DamagedCopy[] {
  const paths = pathsOf(item).filter(([name]) => !keys.includes(String(name)));
  const replacements = paths.flatMap((path) =>
    (seen.has(placeOf(path)) ? FEW_REPLACEMENTS : REPLACEMENTS).map((by) => ({
      item: replacedIn(item, path, by),
      damage: `${path.join('.')} = ${shown(by)}`,
    })),
  );
  for (const path of paths) seen.add(placeOf(path));
  return [
    ...replacements,
    { item: { ...item, schemaVersion: Number(item['schemaVersion']) + 1 }, damage: 'of the next version' },
    { item: { ...item, stray: SECRET }, damage: 'with a field that nobody knows' },
  ];
}
