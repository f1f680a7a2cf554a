/** The text of a command about stored items that cannot be read. */
import type { DamagedItem } from '../../../lambdas/shared/domain/damaged-items.ts';
import { printAside } from './print.ts';
import { shownLine } from './terminal-text.ts';

/** One line an item: its key, and what is wrong with it. */
export const damageLines = (damaged: readonly DamagedItem[]): readonly string[] =>
  damaged.map(({ id, detail }) => shownLine(`${id} cannot be read: ${detail}`));

/** The text, and below it the items that cannot be read. */
export const withDamage = (text: string, damaged: readonly DamagedItem[]): string =>
  [text, ...damageLines(damaged)].join('\n');

/**
 * If something cannot be read, sets exit code 1. A command that prints JSON also reports the damage on standard error, because
 * the JSON keeps its documented form and holds only what was read.
 */
export function reportDamage(damaged: readonly DamagedItem[], { json }: { readonly json?: boolean }): void {
  if (damaged.length === 0) return;
  process.exitCode = 1;
  if (json === true) printAside(damageLines(damaged).join('\n'));
}
