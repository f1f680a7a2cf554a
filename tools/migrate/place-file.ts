/** Stores the position of a pass through a table in a file, after each page. */
import { mkdirSync, readFileSync, renameSync, rmSync, writeFileSync } from 'node:fs';
import { dirname } from 'node:path';
import * as z from 'zod/mini';

/** Stores the position of a pass. */
export interface PlaceKeeper {
  /** Key after which the last run stopped; `undefined` if it reached the end, or there was no last run. */
  last(): Record<string, unknown> | undefined;
  /** Stores the position; `undefined` deletes it, at the end of the table. */
  keep(key: Record<string, unknown> | undefined): void;
}

const placeSchema = z.strictObject({ tableId: z.string(), key: z.record(z.string(), z.unknown()) });

function readPlace(file: string): unknown {
  try {
    return JSON.parse(readFileSync(file, 'utf8'));
  } catch {
    // The file is absent, or a full disk left it incomplete: the pass begins at the first item, which is always correct.
    return undefined;
  }
}

/**
 * Stores the position in `file`. `tableId` differs between tables of the same name: a table that was created again is read from
 * its first item.
 */
export function placeFile(file: string, tableId: string): PlaceKeeper {
  return {
    last: () => {
      const parsed = placeSchema.safeParse(readPlace(file));
      return parsed.success && parsed.data.tableId === tableId ? parsed.data.key : undefined;
    },
    keep: (key) => {
      if (key === undefined) return rmSync(file, { force: true });
      mkdirSync(dirname(file), { recursive: true });
      // Renamed into place, so that a kill leaves the old or the new position.
      writeFileSync(`${file}.new`, JSON.stringify({ tableId, key }));
      renameSync(`${file}.new`, file);
    },
  };
}
