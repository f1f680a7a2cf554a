/** A block of text that a terminal redraws in place. If standard output is not a terminal, only changed lines are printed. */
import type { WriteStream } from 'node:tty';
import { shownText } from './terminal-text.ts';

const CLEAR_DOWN = '\u001B[J';
const up = (lines: number): string => (lines === 0 ? '' : `\u001B[${lines}A`);

/** Rows of the screen that a line needs. */
const rowsOf = (line: string, columns: number): number => {
  // eslint-disable-next-line no-control-regex -- colour codes take no room
  const width = line.replaceAll(/\u001B\[[0-9;]*m/g, '').length;
  return Math.max(1, Math.ceil(width / columns));
};

/** The padding of columns may change when another line changes; a change of padding alone is ignored. */
const words = (line: string): string => line.replaceAll(/\s+/g, ' ');

/** A block of text that is redrawn in place. */
export class LiveBlock {
  readonly #stream: Pick<WriteStream, 'isTTY' | 'columns' | 'write'>;
  #shown = '';

  constructor(stream: Pick<WriteStream, 'isTTY' | 'columns' | 'write'>) {
    this.#stream = stream;
  }

  /** Shows a text in place of the previous one. Without a terminal it prints only the changed lines. */
  show(given: string): void {
    const text = shownText(given);
    if (text === this.#shown) return;
    this.#stream.write(this.#stream.isTTY ? this.#redrawn(text) : this.#changed(text));
    this.#shown = text;
  }

  #redrawn(text: string): string {
    const columns = Math.max(1, this.#stream.columns);
    const lines = this.#shown === '' ? [] : this.#shown.split('\n');
    return `${up(lines.reduce((sum, line) => sum + rowsOf(line, columns), 0))}${CLEAR_DOWN}${text}\n`;
  }

  #changed(text: string): string {
    const before = new Set(this.#shown.split('\n').map(words));
    const lines = text.split('\n').filter((line) => !before.has(words(line)));
    return lines.length === 0 ? '' : `${lines.join('\n')}\n`;
  }
}
