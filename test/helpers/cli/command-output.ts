/** For commands that run in the process of the test: example keys, and captured output. */
import { afterEach, beforeEach, vi } from 'vitest';

/** Stubs keys and standard output for each test of a file; returns the output of the running test, one text per write. */
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
