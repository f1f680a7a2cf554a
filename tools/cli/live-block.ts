/** A block of text that is drawn over itself in a terminal; elsewhere it is printed again only when it changes. */
import type { WriteStream } from 'node:tty';

const CLEAR_DOWN = '\u001B[J';
const up = (lines: number): string => (lines === 0 ? '' : `\u001B[${lines}A`);

/** Rows of the screen that a line takes. */
const rowsOf = (line: string, columns: number): number => {
  // eslint-disable-next-line no-control-regex -- colour codes take no room
  const width = line.replaceAll(/\u001B\[[0-9;]*m/g, '').length;
  return Math.max(1, Math.ceil(width / columns));
};

/** See the file head. */
export class LiveBlock {
  readonly #stream: Pick<WriteStream, 'isTTY' | 'columns' | 'write'>;
  #shown = '';

  constructor(stream: Pick<WriteStream, 'isTTY' | 'columns' | 'write'>) {
    this.#stream = stream;
  }

  /** Shows `text` in place of what was shown before. */
  show(text: string): void {
    if (text === this.#shown) return;
    const columns = Math.max(1, this.#stream.columns ?? 80);
    const rows =
      this.#shown === '' ? 0 : this.#shown.split('\n').reduce((sum, line) => sum + rowsOf(line, columns), 0);
    this.#stream.write(this.#stream.isTTY ? `${up(rows)}${CLEAR_DOWN}${text}\n` : `${text}\n\n`);
    this.#shown = text;
  }
}
