/** Standard output and standard error of the command. They keep working after their reader has closed them. */
import { errorLine } from '../usage-errors.ts';

let closed = false;

const codeOf = (error: Error): string => ('code' in error ? String(error.code) : error.name);

/** A closed pipe (`| head -1`) is not a failure: the command finishes its work and keeps its own exit code. */
function onStreamError(error: Error): void {
  const code = codeOf(error);
  closed = true;
  if (code === 'EPIPE') return;
  process.exitCode = 1;
  process.stderr.write(errorLine(`standard output could not be written (${code})`));
}

/** Whether the reader of standard output has closed it. */
export const isOutputClosed = (): boolean => closed;

/** Call once: after this, a closed pipe does not end a command with a stack trace. */
export function tolerateClosedPipes(): void {
  if (process.stdout.listeners('error').includes(onStreamError)) return;
  process.stdout.on('error', onStreamError);
  // There is no stream left on which to report it.
  process.stderr.on('error', () => undefined);
}
