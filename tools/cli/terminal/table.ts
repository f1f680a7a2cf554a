/** Plain tables, one line for each row, readable in a terminal and in a log. */
import Table from 'cli-table3';
import { shownLine } from './terminal-text.ts';

/** A table as text, without a line break at its end. Each row is one line, whatever its cells contain. */
export function renderTable(
  head: readonly string[],
  rows: readonly (readonly (string | number)[])[],
): string {
  const table = new Table({
    head: [...head],
    style: { head: [], border: [], compact: true },
    chars: {
      top: '',
      'top-mid': '',
      'top-left': '',
      'top-right': '',
      bottom: '',
      'bottom-mid': '',
      'bottom-left': '',
      'bottom-right': '',
      left: '',
      'left-mid': '',
      mid: '',
      'mid-mid': '',
      right: '',
      'right-mid': '',
      middle: '  ',
    },
  });
  for (const row of rows) table.push(row.map((cell) => (typeof cell === 'string' ? shownLine(cell) : cell)));
  return table.toString().replaceAll(/[ \t]+$/gm, '');
}
