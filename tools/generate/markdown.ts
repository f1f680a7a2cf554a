/** Formats Markdown like the repository. */
import { format, resolveConfig } from 'prettier';

/** Formats a page like `npm run format:fix`. */
export async function formatMarkdown(text: string): Promise<string> {
  const config = await resolveConfig(new URL('../../README.md', import.meta.url));
  return format(text, { ...config, parser: 'markdown' });
}

const row = (cells: readonly string[]): string => `| ${cells.join(' | ')} |`;

/** The lines of a table. */
export const markdownTable = (
  head: readonly string[],
  rows: readonly (readonly string[])[],
): readonly string[] => [row(head), row(head.map(() => '---')), ...rows.map(row)];
