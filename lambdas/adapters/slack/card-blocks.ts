/**
 * A card as Block Kit: the same task always gives the same blocks, so an edit that is sent twice changes nothing.
 * Limits (Block Kit reference): 50 blocks, 3,000 characters per text, 2,000 per field of a section, 300 per confirmation.
 */
import type {
  ActionsBlock,
  Button,
  ConfirmationDialog,
  ContextBlock,
  KnownBlock,
  SectionBlock,
} from '@slack/types';
import { ERROR_CODES } from '../../contracts/error-codes.ts';
import { ExecutionState, TransitionCause } from '../../contracts/lifecycle-states.ts';
import type { ExecutionTask, Transition } from '../../contracts/records.ts';
import { ACTION_IDS, buttonValueOf, CardAction } from '../../contracts/slack-actions.ts';
import { buttonsOf, operatorMovesOf, type Recovery } from '../../domain/card.ts';
import { actorName, clipped, dateText, escapeText } from './message-text.ts';
import { attemptText, hasFailed, labelOf } from './task-text.ts';

/** A message: its blocks, and its text for notifications and screen readers. */
export interface RenderedCard {
  readonly text: string;
  readonly blocks: KnownBlock[];
}

const MAX_TEXT = 3_000;
const MAX_FIELD = 2_000;
/** Longest reason of a pause, in characters of markup. */
const MAX_REASON = 1_500;
/** Operator moves that a card names; the audit trail has all of them. */
const MAX_MOVES = 5;

const DONE: Partial<Record<TransitionCause, string>> = {
  [TransitionCause.OperatorRetry]: 'pressed Retry now',
  [TransitionCause.OperatorCancel]: 'cancelled it',
  [TransitionCause.OperatorAbandon]: 'abandoned it',
};

/** A link can hold no pipe and no angle bracket. */
const linkTarget = (url: string): string =>
  escapeText(url.replaceAll('|', '%7C').replaceAll('<', '%3C').replaceAll('>', '%3E'));

/** An S3 address as its key, with the hash cut to its head: whole, it runs out of the card. `quoteq show` has all of it. */
const shortLocation = (location: string): string =>
  location.replace(/^s3:\/\/[^/]+\//, '').replaceAll(/([0-9a-f]{8})[0-9a-f]{56}/g, '$1…');

function effectText(result: NonNullable<ExecutionTask['result']>): string {
  const { location, externalId, provider } = result;
  const isLink = /^https?:\/\//.test(location) && location.length < MAX_FIELD / 2;
  return isLink
    ? `<${linkTarget(location)}|${provider} ${clipped(externalId, 300)}>`
    : `${provider} \`${clipped(shortLocation(location), 1_000)}\``;
}

const field = (title: string, text: string): { type: 'mrkdwn'; text: string } => ({
  type: 'mrkdwn',
  text: `*${title}*\n${text}`,
});

function fieldsOf(task: ExecutionTask): SectionBlock {
  const fields = [field('Attempt', attemptText(task))];
  if (task.nextAttemptAtMs !== undefined) fields.push(field('Next attempt', dateText(task.nextAttemptAtMs)));
  if (task.result !== undefined) fields.push(field('Effect', effectText(task.result)));
  return { type: 'section', fields };
}

/** Why nothing runs: also right after somebody pressed Retry now, since the next driver holds the task again. */
function holdBlocks({ hold, kind }: ExecutionTask): SectionBlock[] {
  if (hold === undefined) return [];
  const who = `${kind} is paused by ${actorName(hold.actor)}`;
  const when = `since ${dateText(hold.sinceMs)}`;
  const text = `*Held* ${when}: ${clipped(hold.reason, MAX_REASON)}\n${who}; this runs once it is resumed, and no attempt is used up.`;
  return [{ type: 'section', text: { type: 'mrkdwn', text } }];
}

/** A running task still carries the error of the attempt before. */
function errorBlocks({ error, state }: ExecutionTask): SectionBlock[] {
  if (error === undefined) return [];
  const { code, detail, causeCode } = error;
  const title = state === ExecutionState.Running ? 'Last error' : 'Error';
  const cause = causeCode === undefined ? '' : ` after \`${causeCode}\``;
  const { text } = ERROR_CODES[code];
  const more = detail === text ? '' : `\n${clipped(detail, 1_000)}`;
  return [
    {
      type: 'section',
      text: {
        type: 'mrkdwn',
        text: `*${title}* \`${code}\`${cause}\n${escapeText(text)}${more}`.slice(0, MAX_TEXT),
      },
    },
  ];
}

const moveText = ({ actor, cause, atMs, reason }: Transition): string => {
  const why = reason === undefined ? '' : `: ${clipped(reason, 300)}`;
  return `👤 ${actorName(actor)} ${DONE[cause] ?? cause} · ${dateText(atMs)}${why}`;
};

const context = (text: string): ContextBlock => ({
  type: 'context',
  elements: [{ type: 'mrkdwn', text: text.slice(0, MAX_TEXT) }],
});

/** What to do about a failure: the error's line of the runbook. */
function firstStepBlocks(task: ExecutionTask): ContextBlock[] {
  if (task.error === undefined || !hasFailed(task)) return [];
  return [context(`🧭 First: ${escapeText(ERROR_CODES[task.error.code].runbook)}`)];
}

function moveBlocks(task: ExecutionTask): ContextBlock[] {
  return operatorMovesOf(task)
    .slice(-MAX_MOVES)
    .map((move) => context(moveText(move)));
}

const confirmation = (title: string, text: string, confirm: string): ConfirmationDialog => ({
  title: { type: 'plain_text', text: title },
  text: { type: 'plain_text', text },
  confirm: { type: 'plain_text', text: confirm },
  deny: { type: 'plain_text', text: 'Keep it' },
  style: 'danger',
});

const BUTTONS = {
  retry: { text: 'Retry now', style: 'primary' },
  abandon: {
    text: 'Abandon',
    style: 'danger',
    confirm: confirmation(
      'Abandon this action?',
      'It will not be tried again and ends as failed for good. This cannot be undone.',
      'Abandon',
    ),
  },
  cancel: {
    text: 'Cancel',
    style: 'danger',
    confirm: confirmation(
      'Cancel this action?',
      'It has not run yet and ends as failed for good. This cannot be undone.',
      'Cancel it',
    ),
  },
  audit: { text: 'Show audit' },
} as const satisfies Record<
  CardAction,
  { text: string; style?: 'primary' | 'danger'; confirm?: ConfirmationDialog }
>;

function buttonOf({ taskId, version }: ExecutionTask, action: CardAction): Button {
  const { text, ...rest } = BUTTONS[action];
  return {
    type: 'button',
    action_id: ACTION_IDS[action],
    text: { type: 'plain_text', text },
    value: buttonValueOf({ taskId, version, action }),
    ...rest,
  };
}

const actionsOf = (task: ExecutionTask): ActionsBlock => ({
  type: 'actions',
  elements: buttonsOf(task.state).map((action) => buttonOf(task, action)),
});

/** Text of the card for notifications: one line. */
function fallbackOf(task: ExecutionTask): string {
  const error = task.error === undefined ? '' : `, ${task.error.code}`;
  const held = task.hold === undefined ? '' : `: ${clipped(task.hold.reason, MAX_REASON)}`;
  return `${task.kind} of quote ${escapeText(task.quoteId)}: ${labelOf(task)}${held} (attempt ${attemptText(task)}${error})`;
}

/** The card of a task at its present version. */
export function renderCard(task: ExecutionTask): RenderedCard {
  const title: SectionBlock = {
    type: 'section',
    text: { type: 'mrkdwn', text: `*${task.kind}* · ${labelOf(task)}` },
  };
  const footer = `Quote ${escapeText(task.quoteId)} · \`${task.taskId}\` · version ${task.version}`;
  return {
    text: fallbackOf(task),
    blocks: [
      title,
      ...holdBlocks(task),
      fieldsOf(task),
      ...errorBlocks(task),
      ...firstStepBlocks(task),
      ...moveBlocks(task),
      context(footer),
      actionsOf(task),
    ],
  };
}

const endOf = (task: ExecutionTask, { to, attempt, deferrals, errorCode }: Transition): string => {
  const on = `on attempt ${Math.min(attempt - deferrals, task.maxAttempts)}`;
  if (to === ExecutionState.Completed) return `✅ ${task.kind} recovered: completed ${on}`;
  const why = errorCode === undefined ? '' : ` with ${errorCode}`;
  return `❌ ${task.kind} did not recover: failed for good ${on}${why}`;
};

const restartOf = ({ kind }: ExecutionTask, wasHeld: boolean): string =>
  wasHeld ? `it runs again at once unless ${kind} is still paused` : 'it runs again at once';

/** The sweep ended the attempt of a lost worker, or found that the driver was gone. */
const sweptText = (task: ExecutionTask, { from, generation }: Transition): string =>
  from === ExecutionState.Running
    ? `🛟 ${task.kind} was recovered by the sweep: its worker was lost; it runs again at once, and asks the provider first`
    : `🛟 ${task.kind} was recovered by the sweep: its execution was lost; the next one (generation ${generation}) carries on`;

/** The thread's message about a recovery. */
export function recoveryText(task: ExecutionTask, { transition, after, wasHeld }: Recovery): string {
  if (transition.cause === TransitionCause.RecoverStale) return sweptText(task, transition);
  const afterwards = after === undefined ? '' : ` after ${after}`;
  const who = actorName(transition.actor);
  if (transition.cause === TransitionCause.OperatorRetry) {
    return `🔁 ${task.kind}: ${who} pressed Retry now${afterwards}; ${restartOf(task, wasHeld)}`;
  }
  if (transition.cause === TransitionCause.OperatorAbandon) {
    return `🚫 ${task.kind} did not recover: ${who} abandoned it${afterwards}`;
  }
  return `${endOf(task, transition)}${afterwards}`;
}
