/** `kinds`, `pause` and `resume`. */
import { type ActionKind, KIND_NAMES } from '../../../lambdas/actions/kinds.ts';
import type { KindChangeView, KindView } from '../../../lambdas/queue/contracts/api-kinds.ts';
import { ALL_KINDS, listKinds, pauseKind, readKind, resumeKind } from '../clients/kind-client.ts';
import { printAs } from '../terminal/print.ts';
import { renderTable } from '../terminal/table.ts';
import { resolveTarget, type Target } from '../target/target.ts';
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

/** Changes each kind in turn. A person sees each result at once; a program gets all of them as one list. */
async function changeAll(
  options: PrintOptions,
  change: (kind: ActionKind) => Promise<KindChangeView>,
): Promise<void> {
  const views: KindChangeView[] = [];
  for (const kind of KIND_NAMES) {
    const view = await change(kind);
    if (options.json !== true) printAs(options, view, changeText);
    views.push(view);
  }
  if (options.json === true) printAs(options, views, String);
}

/** Changes one kind or all of them. */
async function changeKinds(
  text: string,
  options: PrintOptions,
  change: (target: Target, kind: ActionKind) => Promise<KindChangeView>,
): Promise<void> {
  const kind = readKind(text);
  const target = resolveTarget(options);
  if (kind === ALL_KINDS) return changeAll(options, (one) => change(target, one));
  printAs(options, await change(target, kind), changeText);
}

/** `quoteq pause KIND --reason TEXT`: if a kind is already paused for that reason, it changes nothing and reports that. */
export const pause = (kind: string, options: PauseOptions): Promise<void> =>
  changeKinds(kind, options, (target, one) => pauseKind(target, one, options.reason));

/** `quoteq resume KIND`: if a kind is not paused, it changes nothing and reports that. */
export const resume = (kind: string, options: PrintOptions): Promise<void> =>
  changeKinds(kind, options, resumeKind);
