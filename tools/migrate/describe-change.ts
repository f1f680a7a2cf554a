/** Describes the migration of one item in words. */
import type { Item } from '../../lambdas/shared/adapters/dynamodb/document-client.ts';

const shown = (value: unknown): string => (value === undefined ? 'nothing' : JSON.stringify(value));

const isItem = (value: unknown): value is Item =>
  typeof value === 'object' && value !== null && !Array.isArray(value);

/** Each value that differs, after its path: `history.3.cause: "hold" → "recover_stale"`. */
function differences(before: unknown, after: unknown, path: string): readonly string[] {
  if (JSON.stringify(before) === JSON.stringify(after)) return [];
  const isList = Array.isArray(before) && Array.isArray(after);
  if (!isList && !(isItem(before) && isItem(after))) return [`${path}: ${shown(before)} → ${shown(after)}`];
  const [left, right]: readonly Item[] = [{ ...Object(before) }, { ...Object(after) }];
  const keys = new Set([...Object.keys(left ?? {}), ...Object.keys(right ?? {})]);
  return [...keys].flatMap((key) =>
    differences(left?.[key], right?.[key], path === '' ? key : `${path}.${key}`),
  );
}

/** One line for the item, and one for each value that changes. */
export const describeChange = (before: Item, after: Item): string =>
  [String(before['taskId']), ...differences(before, after, '').map((line) => `  ${line}`)].join('\n');
