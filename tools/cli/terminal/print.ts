/** What commands say on standard output: text for people, or JSON for programs. Control characters of data are never sent. */
import { shownText, shownValue } from './terminal-text.ts';

let printed = false;

/** Whether anything was printed. */
export const hasPrinted = (): boolean => printed;

/** One text and a line break. */
export const print = (text: string): boolean => {
  printed = true;
  return process.stdout.write(`${shownText(text)}\n`);
};

/** One text and a line break on standard error: what people should know beside the JSON of a program. */
export const printAside = (text: string): boolean => process.stderr.write(`${shownText(text)}\n`);

/** The value as JSON where `json` is set; else as the text that people read. */
export const printAs = <T>(
  { json }: { readonly json?: boolean },
  value: T,
  text: (value: T) => string,
): boolean => print(json === true ? JSON.stringify(value, null, 2) : text(shownValue(value)));
