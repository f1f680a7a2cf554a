/** Runs the command line and reports its failures, for people and for programs. */
import type { Command } from 'commander';
import { LocalEnvironmentError } from '../rig/process/processes.ts';
import { CliError } from './cli-error.ts';
import { tolerateClosedPipes } from './terminal/output.ts';
import { hasPrinted, print } from './terminal/print.ts';
import { errorLine, shortenUsageErrors } from './usage-errors.ts';

/** Whether the user can fix the error: a wrong option, an incomplete local environment, an unreadable or unwritable file. */
const isForTheUser = (thrown: unknown): thrown is Error =>
  thrown instanceof CliError ||
  thrown instanceof LocalEnvironmentError ||
  (thrown instanceof Error && 'syscall' in thrown);

/** Prints the line on standard error. If JSON is requested and none was printed, it also prints a document on standard output. */
function sayError(message: string, args: readonly string[]): void {
  process.stderr.write(errorLine(message));
  if (args.includes('--json') && !hasPrinted()) print(JSON.stringify({ error: message }, null, 2));
}

/**
 * Runs the command that `args` name. If the user can fix the failure, it is one line and exit code 1. Any other error is a
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
