/** An error that the user can fix. The command line prints it in one line, without a stack. */
export class CliError extends Error {
  override readonly name = 'CliError';
}
