/** Reads JSON files of the local environment, which a crash, a full disk or a person may have damaged. */
import { readFileSync, statSync } from 'node:fs';

/** The content of a file; `why` completes a sentence about it. */
export type StoredJson =
  | { readonly kind: 'absent' }
  | { readonly kind: 'read'; readonly value: unknown }
  | { readonly kind: 'damaged'; readonly why: string };

const codeOf = (thrown: unknown): string =>
  thrown instanceof Error && 'code' in thrown ? String(thrown.code) : 'unknown error';

const damaged = (why: string): StoredJson => ({ kind: 'damaged', why });

const parsed = (text: string): StoredJson => {
  if (text.trim() === '') return damaged('it is empty');
  try {
    return { kind: 'read', value: JSON.parse(text) };
  } catch {
    return damaged('it is not JSON');
  }
};

/** Reads a file; never throws. */
export const readStoredJson = (file: string): StoredJson => {
  try {
    const found = statSync(file);
    if (found.isDirectory()) return damaged('it is a folder');
    return found.isFile() ? parsed(readFileSync(file, 'utf8')) : damaged('it is not a file');
  } catch (thrown) {
    const code = codeOf(thrown);
    return code === 'ENOENT' || code === 'ENOTDIR'
      ? { kind: 'absent' }
      : damaged(`it cannot be read, ${code}`);
  }
};
