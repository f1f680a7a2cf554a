/** Standard output of the commands: text for people, or JSON for programs. Control characters in data are never sent. */
import { shownText, shownValue } from './terminal-text.ts';

let printed = false;

/** Whether anything was printed. */
export const hasPrinted = (): boolean => printed;

/** Prints one text and a line break. */
export const print = (text: string): boolean => {
  printed = true;
  return process.stdout.write(`${shownText(text)}\n`);
};

/** Prints one text and a line break on standard error: information for people when standard output is JSON. */
export const printAside = (text: string): boolean => process.stderr.write(`${shownText(text)}\n`);

/** Prints the value as JSON if `json` is set; else as text for people. */
export const printAs = <T>(
  { json }: { readonly json?: boolean },
  value: T,
  text: (value: T) => string,
): boolean => print(json === true ? JSON.stringify(value, null, 2) : text(shownValue(value)));
