/** Time limits for asynchronous work. */
import { CliError } from './cli-error.ts';

/**
 * Runs `work` with a signal that aborts at the time limit.
 * @param what name of the work, for the error
 * @param limitMs from the call to the complete answer
 * @throws {CliError} after the time limit; otherwise the error of `work`
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
