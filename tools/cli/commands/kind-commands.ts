/** `kinds`, `pause` and `resume`. */
import type { KindChangeView, KindView } from '../../../lambdas/queue/contracts/api-kinds.ts';
import { listKinds, pauseKind, readKind, resumeKind } from '../clients/kind-client.ts';
import { printAs } from '../terminal/print.ts';
import { renderTable } from '../terminal/table.ts';
import { resolveTarget } from '../target/target.ts';
import { shownLine } from '../terminal/terminal-text.ts';
import type { PrintOptions } from './queue-commands.ts';

/** Options of `pause`. */
export interface PauseOptions extends PrintOptions {
  readonly reason: string;
}

function lastChange({ since, actor, resumed }: KindView): readonly string[] {
  if (since !== undefined) return [since, actor ?? ''];
  return resumed === undefined ? ['', ''] : [resumed.at, resumed.actor];
}

/** A kind whose pause cannot be read starts no action either. */
function stateOf({ paused, damage }: KindView): string {
  if (damage !== undefined) return 'damaged';
  return paused ? 'paused' : 'runs';
}

const kindRow = (view: KindView): readonly string[] => [
  view.kind,
  stateOf(view),
  ...lastChange(view),
  view.damage === undefined ? (view.reason ?? '') : `its pause cannot be read: ${view.damage}`,
];

/** Every kind in one line. */
export const kindsTable = (views: readonly KindView[]): string =>
  renderTable(['kind', 'state', 'since', 'by', 'reason'], views.map(kindRow));

/** The result of `pause` or `resume`, as text. */
export function changeText({ kind, paused, changed, reason = '', actor, since }: KindChangeView): string {
  if (!paused) {
    return changed
      ? `${kind} runs again; the sweep releases its held actions within a minute`
      : `${kind} is not paused; nothing was changed`;
  }
  const state = `${kind} ${changed ? 'is' : 'was already'} paused: ${shownLine(reason)}`;
  return `${state}\n  by ${actor} since ${since}\n  its actions are held until: npm run quoteq -- resume ${kind}`;
}

/** `quoteq kinds`: exits 1 when the pause of a kind cannot be read. */
export async function kinds(options: PrintOptions): Promise<void> {
  const views = await listKinds(resolveTarget(options));
  printAs(options, views, kindsTable);
  if (views.some(({ damage }) => damage !== undefined)) process.exitCode = 1;
}

/** `quoteq pause KIND --reason TEXT`: if the kind is already paused for that reason, it changes nothing and says so. */
export async function pause(kind: string, options: PauseOptions): Promise<void> {
  const known = readKind(kind);
  printAs(options, await pauseKind(resolveTarget(options), known, options.reason), changeText);
}

/** `quoteq resume KIND`: if the kind is not paused, it changes nothing and says so. */
export async function resume(kind: string, options: PrintOptions): Promise<void> {
  const known = readKind(kind);
  printAs(options, await resumeKind(resolveTarget(options), known), changeText);
}
