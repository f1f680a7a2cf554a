/** Where a walk through a table is, kept in a file from page to page. */
import { mkdirSync, readFileSync, renameSync, rmSync, writeFileSync } from 'node:fs';
import { dirname } from 'node:path';
import * as z from 'zod/mini';

/** Keeps the place of a walk. */
export interface PlaceKeeper {
  /** Key after which the last run stopped; `undefined`: it came to the end, or there was none. */
  last(): Record<string, unknown> | undefined;
  /** Keeps the place; `undefined` forgets it, at the end of the table. */
  keep(key: Record<string, unknown> | undefined): void;
}

const placeSchema = z.strictObject({ tableId: z.string(), key: z.record(z.string(), z.unknown()) });

function readPlace(file: string): unknown {
  try {
    return JSON.parse(readFileSync(file, 'utf8'));
  } catch {
    // No file, or one that a full disk left half written: the walk begins at the first item, which is always right.
    return undefined;
  }
}

/** A place in `file`. `tableId` tells tables of one name apart: a table that was made anew is walked from its first item. */
export function placeFile(file: string, tableId: string): PlaceKeeper {
  return {
    last: () => {
      const parsed = placeSchema.safeParse(readPlace(file));
      return parsed.success && parsed.data.tableId === tableId ? parsed.data.key : undefined;
    },
    keep: (key) => {
      if (key === undefined) return rmSync(file, { force: true });
      mkdirSync(dirname(file), { recursive: true });
      // Renamed into place: a kill leaves the old place or the new one.
      writeFileSync(`${file}.new`, JSON.stringify({ tableId, key }));
      renameSync(`${file}.new`, file);
    },
  };
}
