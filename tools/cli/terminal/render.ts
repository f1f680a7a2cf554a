/** Tasks and audit trails as text. */
import { ActionKind } from '../../../lambdas/actions/kinds.ts';
import { isWordOf } from '../../../lambdas/shared/contracts/stored-fields.ts';
import { ExecutionState } from '../../../lambdas/queue/contracts/lifecycle-states.ts';
import type { AuditView } from '../../../lambdas/queue/contracts/api.ts';
import type { AnsweredTask } from '../answers.ts';
import { renderTable } from './table.ts';
import { coloured, shownLine } from './terminal-text.ts';

const COLOURS = {
  queued: 'gray',
  running: 'cyan',
  retryable_failed: 'yellow',
  failed_terminal: 'red',
  completed: 'green',
} as const;

/** Suffix of a word of a newer release that this release does not know. */
const UNKNOWN = ' (unknown)';

/** A state, in colour if the terminal has colours. */
export const stateText = (state: AnsweredTask['state']): string =>
  isWordOf(ExecutionState, state) ? coloured(COLOURS[state], state) : coloured('gray', `${state}${UNKNOWN}`);

/**
 * The words for a task that an operator ended, the same as on its card. KEEP IN STEP WITH lambdas/slack/adapters/task-text.ts
 */
const ENDED_BY: Partial<Record<string, string>> = {
  operator_cancel: 'cancelled',
  operator_abandon: 'abandoned',
};

/** A state; if an operator ended the task, the word for that and its state: `cancelled (failed_terminal)`. */
export function endingText(state: AnsweredTask['state'], cause: string | undefined): string {
  const ending = cause === undefined ? undefined : ENDED_BY[cause];
  return ending === undefined ? state : `${ending} (${state})`;
}

/** For example `1 of 5`, with the deferrals, which do not count as attempts. */
export const attemptsText = ({ attempts }: AnsweredTask): string =>
  `${attempts.used} of ${attempts.max}${attempts.deferred > 0 ? ` (+${attempts.deferred} deferred)` : ''}`;

const holdText = ({ reason, actor }: NonNullable<AnsweredTask['hold']>): string =>
  `${reason} (paused by ${actor})`;

const whereText = (task: AnsweredTask): string => {
  if (task.hold !== undefined) return `held: ${holdText(task.hold)}`;
  if (task.effect !== undefined) return `${task.effect.location} (${task.effect.proof})`;
  return task.error === undefined ? '' : `${task.error.code}: ${task.error.text}`;
};

const longest = (texts: readonly string[]): number => Math.max(...texts.map((text) => text.length));
const KIND_WIDTH = longest(Object.values(ActionKind));
const STATE_WIDTH = longest(Object.values(ExecutionState));
const ATTEMPTS_WIDTH = '5 of 5 (+99 deferred)'.length;

/** A state in colour, padded to the width of the longest state. */
const stateCell = (state: AnsweredTask['state']): string =>
  `${stateText(state)}${' '.repeat(Math.max(0, STATE_WIDTH - state.length))}`;

/**
 * One line for each task: quote, kind, state, attempts, location of the effect or the error. Cells that change have the width
 * of their longest form, so that lines of a later table align with those of an earlier one.
 */
export const tasksTable = (tasks: readonly AnsweredTask[]): string =>
  renderTable(
    ['quote', 'action', 'state', 'attempts', 'effect or error'],
    tasks.map((task) => [
      task.quoteId,
      task.kind.padEnd(KIND_WIDTH),
      stateCell(task.state),
      attemptsText(task).padEnd(ATTEMPTS_WIDTH),
      whereText(task),
    ]),
  );

/** All fields of one task. */
export function taskDetails(task: AnsweredTask): string {
  const rows: (readonly [string, string])[] = [
    ['task', task.taskId],
    ['quote', task.quoteId],
    ['action', task.kind],
    ['state', `${stateText(task.state)}, version ${task.version}, generation ${task.generation}`],
    ['attempts', attemptsText(task)],
    ['created', task.createdAt],
    ['updated', task.updatedAt],
  ];
  if (task.hold !== undefined) rows.push(['held', `since ${task.hold.since}: ${holdText(task.hold)}`]);
  if (task.nextAttemptAt !== undefined) rows.push(['next attempt', task.nextAttemptAt]);
  if (task.error !== undefined) {
    const { code, text, detail, firstStep } = task.error;
    rows.push(['error', `${code}: ${text} (${detail})`]);
    if (firstStep !== undefined) rows.push(['do first', firstStep]);
  }
  if (task.card?.damage !== undefined) rows.push(['card', `cannot be read: ${shownLine(task.card.damage)}`]);
  if (task.effect !== undefined) {
    rows.push(
      ['effect', task.effect.location],
      ['proof', task.effect.proof],
      ['fingerprint', task.effect.fingerprint],
    );
  }
  const width = Math.max(...rows.map(([name]) => name.length));
  return rows.map(([name, value]) => `${name.padEnd(width)}  ${value}`).join('\n');
}

/** The missing and unreadable parts of a trail, one line each. */
function flawsOf({ taskId, gaps, damaged = [], taskDamage }: AuditView): readonly string[] {
  return [
    ...(gaps.length === 0 ? [] : [`missing versions: ${gaps.join(', ')}`]),
    ...damaged.map(({ version, detail }) => `version ${version} cannot be read: ${shownLine(detail)}`),
    ...(taskDamage === undefined ? [] : [`${taskId} itself cannot be read: ${shownLine(taskDamage)}`]),
  ];
}

/** The trail, one line for each transition; below it the missing and damaged parts. */
export function auditTable(trail: AuditView): string {
  const { records } = trail;
  const rows = records.map((record) => [
    record.version,
    record.at,
    record.from ?? '–',
    stateText(record.to),
    record.attempt,
    record.actor,
    [record.cause, record.errorCode, record.proof, record.reason]
      .filter((part) => part !== undefined)
      .join(', '),
  ]);
  const table = renderTable(['version', 'time', 'from', 'to', 'attempt', 'actor', 'why'], rows);
  return [table, ...flawsOf(trail).map((flaw) => coloured('red', flaw))].join('\n');
}
