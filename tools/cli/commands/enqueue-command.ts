/** `enqueue`: the actions of quote files, and what became of each. */
import type { TaskView } from '../../../lambdas/contracts/api.ts';
import { CliError } from '../cli-error.ts';
import { enqueueAction, type EnqueueAnswer, getAudit } from '../queue-client.ts';
import { type QuoteAction, readQuoteFile } from '../quote-file.ts';
import { endingText } from '../render.ts';
import { renderTable } from '../table.ts';
import { resolveTarget, type Target } from '../target.ts';
import type { PrintOptions } from './queue-commands.ts';

/** What `--help` adds. */
export const ENQUEUE_HELP = `
Example: npm run quoteq -- enqueue examples/q-1042.json
What a file holds: docs/quote-file.md

The files are checked whole before anything is sent: one that can never be accepted is refused
with every field that is wrong, and nothing of any file is enqueued.
Then each action stands alone, under its own key. What only the queue knows (a key that was used
with another payload, an engine that it does not allow) refuses that action and no other.
Exit code 1 when a file or an action was refused; sent again, what was accepted is replayed.`;

/** What is known of an action that was given to {@link enqueueAll}. */
export type ActionFate =
  | EnqueueAnswer
  /** Sent, perhaps; no answer came. Whether it was accepted, only sending it again tells. */
  | { readonly kind: 'unanswered'; readonly problem: string }
  /** Not sent, since the one before it was not answered. */
  | { readonly kind: 'unsent' };

/** An action and what became of it. */
export interface Enqueued {
  readonly action: QuoteAction;
  readonly answer: ActionFate;
}

const print = (text: string): boolean => process.stdout.write(`${text}\n`);

async function fateOf(target: Target, action: QuoteAction): Promise<ActionFate> {
  try {
    return await enqueueAction(target, action);
  } catch (thrown) {
    // Whatever it is: the answers before it tell of tasks that exist, and are not lost for it.
    return { kind: 'unanswered', problem: thrown instanceof Error ? thrown.message : String(thrown) };
  }
}

/** Enqueues the actions one after the other, in the order of the files; after one without an answer no more are sent. */
export async function enqueueAll(
  target: Target,
  actions: readonly QuoteAction[],
): Promise<readonly Enqueued[]> {
  const enqueued: Enqueued[] = [];
  for (const action of actions) {
    const isCutOff =
      enqueued.at(-1)?.answer.kind === 'unanswered' || enqueued.at(-1)?.answer.kind === 'unsent';
    const answer: ActionFate = isCutOff ? { kind: 'unsent' } : await fateOf(target, action);
    enqueued.push({ action, answer });
  }
  return enqueued;
}

/** What has become of a task since it was accepted; the cause stands in its trail, which may be a moment behind. */
async function presentState(target: Target, { taskId, state, version }: TaskView): Promise<string> {
  if (state !== 'failed_terminal') return state;
  const trail = await getAudit(target, taskId).catch(() => undefined);
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
      return [answer.kind, answer.problem];
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
  const rows: (readonly string[])[] = [];
  for (const { action, answer } of enqueued) {
    const [fate, reason] = await fateCells(target, answer);
    rows.push([action.quoteId, action.kind, fate, shared.has(action.quoteId) ? 'see below' : reason]);
  }
  const table = renderTable(['quote', 'action', 'answer', 'task or reason'], rows);
  return [table, ...[...shared].map(([quoteId, reason]) => `${quoteId}: ${reason}`)].join('\n');
}

/** What to do about actions of which nothing is known. */
const SEND_AGAIN = 'Not every action was answered: enqueue the same again; what was accepted is replayed';

/**
 * `quoteq enqueue FILE…`: exits 1 when any action was refused or not answered; what the others were answered stands.
 * @throws {CliError} on a file that is none, before anything is sent; after the answers, when not all came
 */
export async function enqueue(files: readonly string[], options: PrintOptions): Promise<void> {
  // All files are checked before anything is sent: a typo in the last one enqueues nothing.
  const actions = files.flatMap((file) => readQuoteFile(file));
  const target = resolveTarget(options);
  const enqueued = await enqueueAll(target, actions);
  const answers = enqueued.map(({ answer }) => answer);
  print(options.json === true ? JSON.stringify(answers, null, 2) : await enqueuedText(target, enqueued));
  if (answers.some(({ kind }) => kind === 'unanswered')) throw new CliError(SEND_AGAIN);
  if (answers.some(({ kind }) => kind === 'refused')) process.exitCode = 1;
}
