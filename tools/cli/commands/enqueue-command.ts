/** `enqueue`: enqueues the actions of quote files and prints the result of each. */
import type { AnsweredTask } from '../answers.ts';
import { type ApiAnswer, type ApiRequest, callApi } from '../clients/api-client.ts';
import { CliError } from '../cli-error.ts';
import { printAs } from '../terminal/print.ts';
import { enqueueAction, type EnqueueAnswer, getAudit } from '../clients/queue-client.ts';
import { type QuoteAction, readQuoteFiles } from '../quote-file.ts';
import { endingText } from '../terminal/render.ts';
import { renderTable } from '../terminal/table.ts';
import { resolveTarget, type Target } from '../target/target.ts';
import { shownLine } from '../terminal/terminal-text.ts';
import type { PrintOptions } from './queue-commands.ts';

/** Additional text of `--help`. */
export const ENQUEUE_HELP = `
Example: npm run quoteq -- enqueue examples/q-1042.json
What a file holds: docs/quote-file.md

All files are checked before anything is sent. If a file can never be accepted, the command lists
every wrong field and enqueues no action of any file.
Each action has its own key and is accepted or refused by itself. Only the queue can find some
errors (a key that was used with another payload, an engine that is not allowed).
Exit code 1 when a file or an action was refused, or the API failed at an action. A failed action
may be stored; enqueue it again to find out. An action that was accepted before is replayed.`;

/** The result of an action that was given to {@link enqueueAll}. */
export type ActionFate =
  | EnqueueAnswer
  /** Not sent, because the previous request got no answer. */
  | { readonly kind: 'unsent' };

/** An action and its result. */
export interface Enqueued {
  readonly action: QuoteAction;
  readonly answer: ActionFate;
}

async function fateOf(target: Target, action: QuoteAction): Promise<ActionFate> {
  try {
    return await enqueueAction(target, action);
  } catch (thrown) {
    // Catches every error, because the earlier results name existing tasks and must not be lost.
    return { kind: 'unanswered', problem: thrown instanceof Error ? thrown.message : String(thrown) };
  }
}

/** Whether the API is unreachable. An API that fails at one action may accept the next. */
const isCutOff = (last: ActionFate | undefined): boolean =>
  last?.kind === 'unsent' || (last?.kind === 'unanswered' && last.status === undefined);

/** Enqueues the actions one after the other, in the order of the files. After a request without any answer it sends no more. */
export async function enqueueAll(
  target: Target,
  actions: readonly QuoteAction[],
): Promise<readonly Enqueued[]> {
  const enqueued: Enqueued[] = [];
  for (const action of actions) {
    const answer: ActionFate = isCutOff(enqueued.at(-1)?.answer)
      ? { kind: 'unsent' }
      : await fateOf(target, action);
    enqueued.push({ action, answer });
  }
  return enqueued;
}

/** Limit for information that is only helpful: the results wait for it. */
const ENDING_LIMIT_MS = 10_000;
const once = (target: Target, request: ApiRequest): Promise<ApiAnswer> =>
  callApi(target, request, ENDING_LIMIT_MS);

/**
 * The present state of a task, with the cause if an operator ended it. The cause is in the audit trail, which may be a moment
 * late. The trail is read once; without an answer only the state is shown.
 */
async function presentState(target: Target, { taskId, state, version }: AnsweredTask): Promise<string> {
  if (state !== 'failed_terminal') return state;
  const trail = await getAudit(target, taskId, once).catch(() => undefined);
  return endingText(state, trail?.records.find((record) => record.version === version)?.cause);
}

async function fateCells(target: Target, answer: ActionFate): Promise<readonly [string, string]> {
  switch (answer.kind) {
    case 'accepted':
      return [answer.kind, answer.task.taskId];
    case 'replayed':
      return [answer.kind, `${answer.task.taskId}: ${await presentState(target, answer.task)}`];
    case 'refused':
      return [`refused (${answer.status})`, answer.problem];
    case 'unanswered':
      return [
        answer.status === undefined ? answer.kind : `${answer.kind} (${answer.status})`,
        answer.problem,
      ];
    case 'unsent':
      return ['not sent', ''];
  }
}

/** The reasons, by quote, where every action of a quote was refused for the same reason and there are several. */
function sharedReasons(enqueued: readonly Enqueued[]): ReadonlyMap<string, string> {
  const shared = new Map<string, string>();
  for (const [quoteId, all] of Map.groupBy(enqueued, ({ action }) => action.quoteId)) {
    const reasons = new Set(
      all.map(({ answer }) => (answer.kind === 'refused' ? answer.problem : undefined)),
    );
    const [reason] = reasons;
    if (all.length > 1 && reasons.size === 1 && reason !== undefined) shared.set(quoteId, reason);
  }
  return shared;
}

/** One line for each action; below them the reasons that all actions of a quote share. */
async function enqueuedText(target: Target, enqueued: readonly Enqueued[]): Promise<string> {
  const shared = sharedReasons(enqueued);
  const rows = await Promise.all(
    enqueued.map(async ({ action: { quoteId, kind }, answer }) => {
      const [fate, reason] = await fateCells(target, answer);
      return [quoteId, kind, fate, shared.has(quoteId) ? 'see below' : reason];
    }),
  );
  const table = renderTable(['quote', 'action', 'answer', 'task or reason'], rows);
  return [table, ...[...shared].map(([quoteId, reason]) => shownLine(`${quoteId}: ${reason}`))].join('\n');
}

/** What to do if some actions may have been accepted. */
const SEND_AGAIN =
  'The result of some actions is unknown: enqueue the same files again; accepted actions are replayed';

/**
 * `quoteq enqueue FILE…`: exits 1 when any action was refused or not answered; the answers to the other actions are printed and
 * remain valid.
 * @throws {CliError} on an invalid file, before anything is sent; after the answers, when some results are unknown
 */
export async function enqueue(files: readonly string[], options: PrintOptions): Promise<void> {
  // All files are checked before anything is sent, so a typing error in the last file prevents every action.
  const actions = readQuoteFiles(files);
  const target = resolveTarget(options);
  const enqueued = await enqueueAll(target, actions);
  const answers = enqueued.map(({ answer }) => answer);
  const text = options.json === true ? '' : await enqueuedText(target, enqueued);
  printAs(options, answers, () => text);
  if (answers.some(({ kind }) => kind === 'unanswered')) throw new CliError(SEND_AGAIN);
  if (answers.some(({ kind }) => kind === 'refused')) process.exitCode = 1;
}
