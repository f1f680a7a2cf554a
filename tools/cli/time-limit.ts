/** Time limits for asynchronous work. */
import { CliError } from './cli-error.ts';

/**
 * Runs `work` with a signal that aborts at the time limit.
 * @param what names what could not be done in time
 * @param limitMs from the call to the complete answer
 * @throws {CliError} when the time is over; else what `work` throws
 */
export async function withinLimit<T>(
  what: string,
  limitMs: number,
  work: (signal: AbortSignal) => Promise<T>,
): Promise<T> {
  const signal = AbortSignal.timeout(limitMs);
  try {
    return await work(signal);
  } catch (cause) {
    if (!signal.aborted) throw cause;
    throw new CliError(`${what}: expected an answer within ${limitMs / 1_000} s`, { cause });
  }
}
