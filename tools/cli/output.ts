/** Standard output and standard error of the command, also when nobody reads them any more. */
import { errorLine } from './usage-errors.ts';

let closed = false;

const codeOf = (error: Error): string => ('code' in error ? String(error.code) : error.name);

/** A reader that has gone (`| head -1`) is no failure: what the command does, it does to its end, and its exit code is its own. */
function onStreamError(error: Error): void {
  const code = codeOf(error);
  closed = true;
  if (code === 'EPIPE') return;
  process.exitCode = 1;
  process.stderr.write(errorLine(`standard output could not be written (${code})`));
}

/** Whether nobody reads standard output any more. */
export const isOutputClosed = (): boolean => closed;

/** From now on a closed pipe ends no command with a stack trace. */
export function tolerateClosedPipes(): void {
  if (process.stdout.listeners('error').includes(onStreamError)) return;
  process.stdout.on('error', onStreamError);
  // There is nowhere left to say so.
  process.stderr.on('error', () => undefined);
}
