/** What a command says about stored items that cannot be read. */
import type { DamagedItem } from '../../../lambdas/shared/domain/damaged-items.ts';
import { printAside } from './print.ts';
import { shownLine } from './terminal-text.ts';

/** One line an item: its key, and what is wrong with it. */
export const damageLines = (damaged: readonly DamagedItem[]): readonly string[] =>
  damaged.map(({ id, detail }) => shownLine(`${id} cannot be read: ${detail}`));

/** The text, and below it what cannot be read. */
export const withDamage = (text: string, damaged: readonly DamagedItem[]): string =>
  [text, ...damageLines(damaged)].join('\n');

/**
 * Lets the command exit 1 when something cannot be read. Where it prints JSON it also says so on standard error: the JSON
 * holds what was read, in its documented form.
 */
export function reportDamage(damaged: readonly DamagedItem[], { json }: { readonly json?: boolean }): void {
  if (damaged.length === 0) return;
  process.exitCode = 1;
  if (json === true) printAside(damageLines(damaged).join('\n'));
}
