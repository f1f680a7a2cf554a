import { Script } from 'node:vm';

const KEY = '__mutants_work__';
const CALL = new Script(`globalThis.${KEY}()`);

/** Thrown if work takes too long. */
export class TooLong extends Error {}

const isTimeout = (error: unknown): boolean =>
  error instanceof Error && 'code' in error && error.code === 'ERR_SCRIPT_EXECUTION_TIMEOUT';

/**
 * Does the work and stops it after `limitMs` milliseconds, even in a loop that does not end. What the work does later, in promises and
 * timers, has no limit.
 * @throws {TooLong}
 */
export function timed<T>(limitMs: number, work: () => T): T {
  Reflect.set(globalThis, KEY, work);
  try {
    const result: T = CALL.runInThisContext({ timeout: limitMs });
    return result;
  } catch (error) {
    throw isTimeout(error) ? new TooLong(`more than ${limitMs} ms`) : error;
  }
}
