/** Markdown tables of figures. */

const row = (cells: readonly (string | number)[]): string => `| ${cells.join(' | ')} |`;

/** A table. The first column is text; the others are numbers and right-aligned. */
export const table = (
  head: readonly string[],
  rows: readonly (readonly (string | number)[])[],
): readonly string[] => [
  row(head),
  row(head.map((_cell, index) => (index === 0 ? '---' : '---:'))),
  ...rows.map(row),
];
