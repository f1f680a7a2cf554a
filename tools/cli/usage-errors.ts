/** Errors of the command line, from commander and from our own code: one line each. */
import type { Command } from 'commander';
import { coloured, shownText } from './terminal/terminal-text.ts';

/** All line ends except those before an indented line, because a message lists its details in indented lines. */
const FOREIGN_LINE_ENDS = /[\r\v\f\u0085\u2028\u2029]+|\n(?! {2})/g;

/** An error as every command prints it, with its line break. No other line of it begins at the margin. */
export const errorLine = (message: string): string =>
  shownText(
    `${coloured('red', 'error', process.stderr)}: ${message.trimEnd().replaceAll(FOREIGN_LINE_ENDS, ' ')}\n`,
  );

const pathOf = (command: Command): string =>
  command.parent === null ? command.name() : `${pathOf(command.parent)} ${command.name()}`;

/** Commander's error as one line; commander prints its suggestion below the error. */
const oneLineOf = (text: string): string =>
  text
    .trim()
    .replace(/^error: /, '')
    .replace(/\s*\n\(Did you mean ([^)]*)\?\)$/, '; did you mean $1?');

/**
 * Shortens the usage errors of the command and its subcommands to one line that names the help, instead of the help itself.
 * @param say prints the line
 */
export function shortenUsageErrors(command: Command, say: (message: string) => void): void {
  command.configureOutput({
    outputError: (text) => say(`${oneLineOf(text)} (see ${pathOf(command)} --help)`),
  });
  for (const child of command.commands) shortenUsageErrors(child, say);
}

/**
 * Adds a required option. Commander checks required options before the arguments; this one is checked after them, so that a
 * user who gives nothing first learns which argument is missing.
 */
export function needsOption(command: Command, flags: string, description: string): Command {
  const option = command.createOption(flags, `${description} (required)`);
  return command.addOption(option).hook('preAction', (_, action) => {
    if (action.getOptionValue(option.attributeName()) !== undefined) return;
    action.error(`error: required option '${flags}' not specified`);
  });
}
