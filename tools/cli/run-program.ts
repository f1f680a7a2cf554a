/** Runs the command line: what it says when it fails, for people and for programs. */
import type { Command } from 'commander';
import { LocalEnvironmentError } from '../rig/process/processes.ts';
import { CliError } from './cli-error.ts';
import { tolerateClosedPipes } from './terminal/output.ts';
import { hasPrinted, print } from './terminal/print.ts';
import { errorLine, shortenUsageErrors } from './usage-errors.ts';

/** The user can repair it: a wrong option, a local environment that is not as it should be, a file that cannot be read or written. */
const isForTheUser = (thrown: unknown): thrown is Error =>
  thrown instanceof CliError ||
  thrown instanceof LocalEnvironmentError ||
  (thrown instanceof Error && 'syscall' in thrown);

/** The line on standard error; where JSON is asked for and none was printed, a document on standard output too. */
function sayError(message: string, args: readonly string[]): void {
  process.stderr.write(errorLine(message));
  if (args.includes('--json') && !hasPrinted()) print(JSON.stringify({ error: message }, null, 2));
}

/**
 * Runs the command that `args` name. A failure that is the user's to repair is one line and exit code 1; anything else is a
 * fault of this program and keeps its stack.
 */
export async function runProgram(program: Command, args: readonly string[]): Promise<void> {
  tolerateClosedPipes();
  shortenUsageErrors(program, (message) => sayError(message, args));
  try {
    await program.parseAsync(args, { from: 'user' });
  } catch (error) {
    if (!isForTheUser(error)) throw error;
    sayError(error.message, args);
    process.exitCode = 1;
  }
}
