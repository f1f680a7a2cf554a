/** Polls until a condition holds. */
import { setTimeout as delay } from 'node:timers/promises';

const LOOK_PERIOD_MS = 100;
/** Longer than every wait without an error. */
const DEFAULT_LIMIT_MS = 300_000;

/** Calls `look` every 100 ms until it returns a value, for at most `limitMs`. @throws {Error} with what was awaited */
export async function eventually<T>(
  what: string,
  look: () => Promise<T | undefined>,
  limitMs = DEFAULT_LIMIT_MS,
): Promise<T> {
  const giveUpAtMs = performance.now() + limitMs;
  for (;;) {
    const found = await look();
    if (found !== undefined) return found;
    if (performance.now() > giveUpAtMs) throw new Error(`Waited ${limitMs} ms without result for: ${what}`);
    await delay(LOOK_PERIOD_MS);
  }
}
