import { vi } from 'vitest';

/** Collects the output of the process and hides it until all mocks are restored. */
export function writtenLines(): readonly string[] {
  const lines: string[] = [];
  for (const stream of [process.stdout, process.stderr]) {
    vi.spyOn(stream, 'write').mockImplementation((text) => {
      lines.push(String(text));
      return true;
    });
  }
  return lines;
}
