/**
 * A card as Block Kit. The same task always gives the same blocks, so an edit that is sent twice changes nothing. Limits (Block
 * Kit reference): 50 blocks, 3,000 characters per text, 2,000 per field of a section, 300 per confirmation; and about 11,000 in
 * all blocks of a message (message-parts.ts). Each text from data is cut separately, so that the card stays below them.
 */
import type {
  ActionsBlock,
  Button,
  ConfirmationDialog,
  ContextBlock,
  KnownBlock,
  SectionBlock,
} from '@slack/types';
import { textsOf } from '../../shared/contracts/error-codes.ts';
import { ExecutionState, TransitionCause } from '../../queue/contracts/lifecycle-states.ts';
import { isKnownTask, type StoredTask, type Transition } from '../../queue/contracts/records.ts';
import { ACTION_IDS, buttonValueOf, CardAction } from '../contracts/slack-actions.ts';
import { buttonsOf, operatorMovesOf, type Recovery } from '../domain/card.ts';
import { context, fields, section } from '../../shared/adapters/slack-api/message-blocks.ts';
import {
  actorName,
  clipped,
  dateText,
  escapeLine,
  quoteName,
} from '../../shared/adapters/slack-api/message-text.ts';
import { attemptText, BUTTON_TEXTS, didText, hasFailed, labelOf } from './task-text.ts';

/** A message: its blocks, and its text for notifications and screen readers. */
export interface RenderedCard {
  readonly text: string;
  readonly blocks: KnownBlock[];
}

/** Maximum texts from data, in characters as people see them and as they are sent. */
const LIMITS = {
  pauseReason: [300, 1_500],
  moveReason: [300, 600],
  detail: [1_000, 1_500],
  externalId: [300, 600],
  location: [1_000, 1_500],
} as const;
/** Maximum address that becomes a link, as it is sent. */
const MAX_LINK = 1_000;
/** Maximum operator moves that a card names; the audit trail has all of them. */
const MAX_MOVES = 5;

/** An address without blanks, line breaks and control characters. */
const LINK = /^https?:\/\/[^\s\p{Cc}]+$/u;

/** A link cannot contain a pipe or an angle bracket. */
const linkTarget = (url: string): string =>
  escapeLine(url.replaceAll('|', '%7C').replaceAll('<', '%3C').replaceAll('>', '%3E'));

/**
 * An S3 address as its key, with a shortened hash, because the whole key is wider than the card. `quoteq show` prints all of
 * it.
 */
const shortLocation = (location: string): string =>
  location.replace(/^s3:\/\/[^/]+\//, '').replaceAll(/([0-9a-f]{8})[0-9a-f]{56}/g, '$1…');

function effectText(result: NonNullable<StoredTask['result']>): string {
  const { location, externalId, provider } = result;
  const target = linkTarget(location);
  return LINK.test(location) && target.length <= MAX_LINK
    ? `<${target}|${provider} ${clipped(externalId, ...LIMITS.externalId)}>`
    : `${provider} \`${clipped(shortLocation(location), ...LIMITS.location)}\``;
}

function fieldsOf(task: StoredTask): SectionBlock {
  const { nextAttemptAtMs, result } = task;
  return fields([
    ['Attempt', attemptText(task)],
    ...(nextAttemptAtMs === undefined ? [] : [['Next attempt', dateText(nextAttemptAtMs)] as const]),
    ...(result === undefined ? [] : [['Effect', effectText(result)] as const]),
  ]);
}

/**
 * Why nothing is running. Also shown right after an operator clicked Retry now, because the next driver holds the task again.
 */
function holdBlocks({ hold, kind }: StoredTask): SectionBlock[] {
  if (hold === undefined) return [];
  const who = `${kind} is paused by ${actorName(hold.actor)}`;
  const when = `since ${dateText(hold.sinceMs)}`;
  const text = `*Held* ${when}: ${clipped(hold.reason, ...LIMITS.pauseReason)}\n${who}; this runs once it is resumed, and no attempt is used up.`;
  return [section(text)];
}

/** A running task still has the error of the previous attempt. */
function errorBlocks({ error, state }: StoredTask): SectionBlock[] {
  if (error === undefined) return [];
  const { code, detail, causeCode } = error;
  const title = state === ExecutionState.Running ? 'Last error' : 'Error';
  const cause = causeCode === undefined ? '' : ` after \`${causeCode}\``;
  const { text } = textsOf(code);
  const more = detail === text ? '' : `\n${clipped(detail, ...LIMITS.detail)}`;
  return [section(`*${title}* \`${code}\`${cause}\n${escapeLine(text)}${more}`)];
}

const moveText = ({ actor, cause, atMs, reason }: Transition): string => {
  const why = reason === undefined ? '' : `: ${clipped(reason, ...LIMITS.moveReason)}`;
  return `👤 ${actorName(actor)} ${didText(cause)} · ${dateText(atMs)}${why}`;
};

/** The first step after a failure: the runbook line of the error. */
function firstStepBlocks(task: StoredTask): ContextBlock[] {
  if (task.error === undefined || !hasFailed(task)) return [];
  return [context(`🧭 First: ${escapeLine(textsOf(task.error.code).runbook)}`)];
}

function moveBlocks(task: StoredTask): ContextBlock[] {
  return operatorMovesOf(task)
    .slice(-MAX_MOVES)
    .map((move) => context(moveText(move)));
}

/** Why the card has no buttons that move the task. */
const foreignBlocks = (task: StoredTask): ContextBlock[] =>
  isKnownTask(task)
    ? []
    : [context('❔ A newer release wrote this action. This release shows it and does not move it.')];

const confirmation = (title: string, text: string, confirm: string): ConfirmationDialog => ({
  title: { type: 'plain_text', text: title },
  text: { type: 'plain_text', text },
  confirm: { type: 'plain_text', text: confirm },
  deny: { type: 'plain_text', text: 'Keep it' },
  style: 'danger',
});

const BUTTONS = {
  retry: { style: 'primary' },
  abandon: {
    style: 'danger',
    confirm: confirmation(
      'Abandon this action?',
      'It will not be tried again and ends as failed for good. This cannot be undone.',
      'Abandon',
    ),
  },
  cancel: {
    style: 'danger',
    confirm: confirmation(
      'Cancel this action?',
      'It has not run yet and ends as failed for good. This cannot be undone.',
      'Cancel it',
    ),
  },
  audit: {},
} as const satisfies Record<CardAction, { style?: 'primary' | 'danger'; confirm?: ConfirmationDialog }>;

function buttonOf({ taskId, version }: StoredTask, action: CardAction): Button {
  return {
    type: 'button',
    action_id: ACTION_IDS[action],
    text: { type: 'plain_text', text: BUTTON_TEXTS[action] },
    value: buttonValueOf({ taskId, version, action }),
    ...BUTTONS[action],
  };
}

const actionsOf = (task: StoredTask): ActionsBlock => ({
  type: 'actions',
  elements: buttonsOf(isKnownTask(task) ? task.state : undefined).map((action) => buttonOf(task, action)),
});

/** Text of the card for notifications: one line. */
function fallbackOf(task: StoredTask): string {
  const error = task.error === undefined ? '' : `, ${task.error.code}`;
  const held = task.hold === undefined ? '' : `: ${clipped(task.hold.reason, ...LIMITS.pauseReason)}`;
  return `${task.kind} of quote ${quoteName(task.quoteId)}: ${labelOf(task)}${held} (attempt ${attemptText(task)}${error})`;
}

/** The card of a task at its present version. */
export function renderCard(task: StoredTask): RenderedCard {
  const footer = `Quote ${quoteName(task.quoteId)} · \`${task.taskId}\` · version ${task.version}`;
  return {
    text: fallbackOf(task),
    blocks: [
      section(`*${task.kind}* · ${labelOf(task)}`),
      ...foreignBlocks(task),
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

const endOf = (task: StoredTask, { to, attempt, deferrals, errorCode }: Transition): string => {
  const on = `on attempt ${Math.min(attempt - deferrals, task.maxAttempts)}`;
  if (to === ExecutionState.Completed) return `✅ ${task.kind} recovered: completed ${on}`;
  const why = errorCode === undefined ? '' : ` with ${errorCode}`;
  return `❌ ${task.kind} did not recover: failed for good ${on}${why}`;
};

const restartOf = ({ kind }: StoredTask, wasHeld: boolean): string =>
  wasHeld ? `it runs again at once unless ${kind} is still paused` : 'it runs again at once';

/** The sweep ended the attempt of a lost worker, or found that the driver had ended. */
const sweptText = (task: StoredTask, { from, generation }: Transition): string =>
  from === ExecutionState.Running
    ? `🛟 ${task.kind} was recovered by the sweep: its worker was lost; it runs again at once, and asks the provider first`
    : `🛟 ${task.kind} was recovered by the sweep: its execution was lost; the next one (generation ${generation}) carries on`;

/** The thread's message about a recovery. */
export function recoveryText(task: StoredTask, { transition, after, wasHeld }: Recovery): string {
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
