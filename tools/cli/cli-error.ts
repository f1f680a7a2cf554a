/** An error that the command line shows as one line, without a stack: the user can mend it. */
export class CliError extends Error {
  override readonly name = 'CliError';
}
