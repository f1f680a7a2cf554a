/** Commands run in the process of the test: signed by example keys, and what they print kept from the terminal. */
import { afterEach, beforeEach, vi } from 'vitest';

/** Stubs keys and standard output for each test of a file; what the running test has had printed, as one text a write. */
export function useCommandOutput(): () => readonly string[] {
  let printed: string[] = [];
  beforeEach(() => {
    printed = [];
    vi.stubEnv('AWS_ACCESS_KEY_ID', 'AKIAEXAMPLE');
    vi.stubEnv('AWS_SECRET_ACCESS_KEY', 'secret');
    vi.spyOn(process.stdout, 'write').mockImplementation((text) => printed.push(String(text)) > 0);
  });
  afterEach(() => {
    vi.restoreAllMocks();
    vi.unstubAllEnvs();
    process.exitCode = undefined;
  });
  return () => printed;
}
