/** Waiting by looking. */
import { setTimeout as delay } from 'node:timers/promises';

const LOOK_PERIOD_MS = 100;
/** Far above anything but a fault. */
const DEFAULT_LIMIT_MS = 300_000;

/** Looks every 100 ms until `look` gives something, for at most `limitMs`. @throws {Error} saying what did not come */
export async function eventually<T>(
  what: string,
  look: () => Promise<T | undefined>,
  limitMs = DEFAULT_LIMIT_MS,
): Promise<T> {
  const giveUpAtMs = performance.now() + limitMs;
  for (;;) {
    const found = await look();
    if (found !== undefined) return found;
    if (performance.now() > giveUpAtMs) throw new Error(`Waited ${limitMs} ms in vain for: ${what}`);
    await delay(LOOK_PERIOD_MS);
  }
}
