/** Errors of the command line: one line each, both those of commander and our own. */
import type { Command } from 'commander';
import { coloured, shownText } from './terminal/terminal-text.ts';

/** Line ends but those before an indented line, by which a message lists what is wrong. */
const FOREIGN_LINE_ENDS = /[\r\v\f\u0085\u2028\u2029]+|\n(?! {2})/g;

/** An error as every command prints it, with its line break; no text in it begins a line at the margin. */
export const errorLine = (message: string): string =>
  shownText(
    `${coloured('red', 'error', process.stderr)}: ${message.trimEnd().replaceAll(FOREIGN_LINE_ENDS, ' ')}\n`,
  );

const pathOf = (command: Command): string =>
  command.parent === null ? command.name() : `${pathOf(command.parent)} ${command.name()}`;

/** What commander says, as one line: its suggestion stands below the error. */
const oneLineOf = (text: string): string =>
  text
    .trim()
    .replace(/^error: /, '')
    .replace(/\s*\n\(Did you mean ([^)]*)\?\)$/, '; did you mean $1?');

/**
 * Usage errors of the command and of all below it are one line that says where the help is, instead of the help.
 * @param say says the line
 */
export function shortenUsageErrors(command: Command, say: (message: string) => void): void {
  command.configureOutput({
    outputError: (text) => say(`${oneLineOf(text)} (see ${pathOf(command)} --help)`),
  });
  for (const child of command.commands) shortenUsageErrors(child, say);
}

/**
 * An option that must be given. Unlike commander's own it is asked for after the arguments: who has given nothing is told
 * what the command is about, not what goes with it.
 */
export function needsOption(command: Command, flags: string, description: string): Command {
  const option = command.createOption(flags, `${description} (required)`);
  return command.addOption(option).hook('preAction', (_, action) => {
    if (action.getOptionValue(option.attributeName()) !== undefined) return;
    action.error(`error: required option '${flags}' not specified`);
  });
}
