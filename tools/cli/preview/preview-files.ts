/** Waits for changes of a quote and its template. */
import { watch } from 'node:fs';
import path from 'node:path';

/** Editors write a file in several steps; what follows within this time is one change. */
const SETTLE_MS = 100;

/**
 * Calls `changed` after each change of the file or of anything in the folder, until the signal aborts.
 * @param folder folder of the template; absent: only the file
 */
export function onChange(
  file: string,
  folder: string | undefined,
  changed: () => void,
  signal: AbortSignal,
): void {
  let settling: NodeJS.Timeout | undefined;
  const later = (): void => {
    clearTimeout(settling);
    settling = setTimeout(changed, SETTLE_MS);
  };
  const name = path.basename(file);
  // The folder of the file: editors replace a file, and a watch of the file itself would end with it.
  watch(path.dirname(path.resolve(file)), { signal }, (_, changedName) => {
    if (changedName === name) later();
  });
  if (folder !== undefined) watch(folder, { signal, recursive: true }, later);
  signal.addEventListener('abort', () => clearTimeout(settling));
}
