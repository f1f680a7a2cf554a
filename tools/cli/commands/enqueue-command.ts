/** `enqueue`: the actions of quote files, and what became of each. */
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

/** What `--help` adds. */
export const ENQUEUE_HELP = `
Example: npm run quoteq -- enqueue examples/q-1042.json
What a file holds: docs/quote-file.md

The files are checked whole before anything is sent: one that can never be accepted is refused
with every field that is wrong, and nothing of any file is enqueued.
Then each action stands alone, under its own key. What only the queue knows (a key that was used
with another payload, an engine that it does not allow) refuses that action and no other.
Exit code 1 when a file or an action was refused, or the API failed at one: that one may be stored
all the same, which sending it again tells. Sent again, what was accepted is replayed.`;

/** What is known of an action that was given to {@link enqueueAll}. */
export type ActionFate =
  | EnqueueAnswer
  /** Not sent, since the one before it was not answered. */
  | { readonly kind: 'unsent' };

/** An action and what became of it. */
export interface Enqueued {
  readonly action: QuoteAction;
  readonly answer: ActionFate;
}

async function fateOf(target: Target, action: QuoteAction): Promise<ActionFate> {
  try {
    return await enqueueAction(target, action);
  } catch (thrown) {
    // Whatever it is: the answers before it tell of tasks that exist, and are not lost for it.
    return { kind: 'unanswered', problem: thrown instanceof Error ? thrown.message : String(thrown) };
  }
}

/** Whether there is nobody who answers; an API that fails at one action may take the next. */
const isCutOff = (last: ActionFate | undefined): boolean =>
  last?.kind === 'unsent' || (last?.kind === 'unanswered' && last.status === undefined);

/** Enqueues the actions one after the other, in the order of the files; after one without any answer no more are sent. */
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

/** For what is good to know and no more: the answers that are there wait for it. */
const ENDING_LIMIT_MS = 10_000;
const once = (target: Target, request: ApiRequest): Promise<ApiAnswer> =>
  callApi(target, request, ENDING_LIMIT_MS);

/**
 * What has become of a task since it was accepted. Its cause stands in the trail, which may be a moment behind, and is asked
 * for once: without an answer the state alone is told.
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

/** Why every action of a quote was refused, by quote, where it is one and the same for several of them. */
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

/** The actions one a line; below them the reasons that all actions of a quote share. */
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

/** What to do about actions that may have been accepted. */
const SEND_AGAIN =
  'What became of some actions is not certain: enqueue the same again; what was accepted is replayed';

/**
 * `quoteq enqueue FILE…`: exits 1 when any action was refused or not answered; what the others were answered stands.
 * @throws {CliError} on a file that is none, before anything is sent; after the answers, when not all are certain
 */
export async function enqueue(files: readonly string[], options: PrintOptions): Promise<void> {
  // All files are checked before anything is sent: a typo in the last one enqueues nothing.
  const actions = readQuoteFiles(files);
  const target = resolveTarget(options);
  const enqueued = await enqueueAll(target, actions);
  const answers = enqueued.map(({ answer }) => answer);
  const text = options.json === true ? '' : await enqueuedText(target, enqueued);
  printAs(options, answers, () => text);
  if (answers.some(({ kind }) => kind === 'unanswered')) throw new CliError(SEND_AGAIN);
  if (answers.some(({ kind }) => kind === 'refused')) process.exitCode = 1;
}
