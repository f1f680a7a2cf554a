/** The text of a command about unreadable stored items. */
import type { DamagedItem } from '../../../lambdas/shared/domain/damaged-items.ts';
import { printAside } from './print.ts';
import { shownLine } from './terminal-text.ts';

/** One line per item: its key and its damage. */
export const damageLines = (damaged: readonly DamagedItem[]): readonly string[] =>
  damaged.map(({ id, detail }) => shownLine(`${id} cannot be read: ${detail}`));

/** The text, with the unreadable items below it. */
export const withDamage = (text: string, damaged: readonly DamagedItem[]): string =>
  [text, ...damageLines(damaged)].join('\n');

/**
 * If an item is unreadable, sets exit code 1. A command that prints JSON also reports the damage on standard error, because the JSON keeps
 * its documented form and contains only readable items.
 */
export function reportDamage(damaged: readonly DamagedItem[], { json }: { readonly json?: boolean }): void {
  if (damaged.length === 0) return;
  process.exitCode = 1;
  if (json === true) printAside(damageLines(damaged).join('\n'));
}
