/** Messages that only the person who clicked sees: why the click did nothing, and what the other operator did. */
import type { WebClient } from '@slack/web-api';
import type { Click } from '../contracts/slack-payloads.ts';
import type { StoredTask } from '../../queue/contracts/records.ts';
import { type ClickNotice, firstAfter } from '../domain/click-notice.ts';
import type { ClickNotices } from '../domain/ports.ts';
import { transitionLine } from './audit-modal.ts';
import { actorText } from './actor-text.ts';
import { clipped, quoteName } from '../../shared/adapters/slack-api/message-text.ts';
import { AS_WRITTEN } from '../../shared/adapters/slack-api/post-message.ts';
import { slackError } from '../../shared/adapters/slack-api/slack-client.ts';
import { BUTTON_TEXTS, didText, labelOf } from './task-text.ts';

/** Number of transitions that are shown if the modal could not be opened. */
const TRAIL_LENGTH = 8;
/** Maximum text about a damaged task, in characters of markup. */
const MAX_DAMAGE_LENGTH = 700;

const nameOf = (task: StoredTask): string => `*${task.kind}* of quote *${quoteName(task.quoteId)}*`;

/** Why a click did nothing: what the other operator did, and the present state of the task. */
function loserText(task: StoredTask, click: Pick<Click, 'version' | 'action'>): string {
  const present = `It is now *${labelOf(task)}* (version ${task.version}).`;
  const head = `Your “${BUTTON_TEXTS[click.action]}” on ${nameOf(task)} did nothing.`;
  const first = firstAfter(task, click.version);
  if (first !== undefined)
    return `${head} ${actorText(first.actor)} was first and ${didText(first.cause)}. ${present}`;
  const why =
    task.version === click.version
      ? 'The present state does not allow it.'
      : 'The task has moved on since that card.';
  return `${head} ${why} ${present}`;
}

/** The task does not exist (any more). */
const notFoundText = (click: Pick<Click, 'taskId' | 'action'>): string =>
  `Your “${BUTTON_TEXTS[click.action]}” did nothing: there is no task \`${click.taskId}\`.`;

/** The task cannot be read, so it was not changed. @param detail fields, and what was expected of each */
const damagedText = (click: Pick<Click, 'taskId' | 'action'>, detail: string): string =>
  `Your “${BUTTON_TEXTS[click.action]}” did nothing: task \`${click.taskId}\` is damaged and has to be repaired. ${clipped(detail, MAX_DAMAGE_LENGTH)}`;

/** Slack divides a message from about 4,000 characters on. */
const MAX_TRAIL = 3_500;

/** The last lines with at most `length` characters, including their line breaks. */
function newestWithin(lines: readonly string[], length: number): readonly string[] {
  let left = length;
  return lines
    .toReversed()
    .filter((line) => {
      left -= line.length + 1;
      return left >= 0;
    })
    .toReversed();
}

/** The newest transitions, shown if the modal could not be opened in time. */
function trailText(task: StoredTask): string {
  const lines = task.history.slice(-TRAIL_LENGTH).map(transitionLine);
  const head = `The audit trail of ${nameOf(task)} could not be opened. Its newest transitions:`;
  return [head, ...newestWithin(lines, MAX_TRAIL)].join('\n');
}

/** A notice in words, as markup of Slack. */
export function noticeText(click: Pick<Click, 'taskId' | 'version' | 'action'>, notice: ClickNotice): string {
  switch (notice.kind) {
    case 'lost':
      return loserText(notice.task, click);
    case 'missing':
      return notFoundText(click);
    case 'damaged':
      return damagedText(click, notice.detail);
    case 'trail':
      return trailText(notice.task);
  }
}

/**
 * Shows `text` beside the card, only to the person who clicked.
 * @throws {QueueError} as {@link slackError}
 */
export async function postEphemeral(client: WebClient, click: Click, text: string): Promise<void> {
  const { channelId: channel, userId: user, threadTs } = click;
  try {
    await client.chat.postEphemeral({
      channel,
      user,
      text,
      ...AS_WRITTEN,
      ...(threadTs === undefined ? {} : { thread_ts: threadTs }),
    });
  } catch (thrown) {
    throw slackError(thrown);
  }
}

/** Shows notices with Slack's Web API. */
export const createClickNotices = (client: WebClient): ClickNotices => ({
  tell: (click, notice) => postEphemeral(client, click, noticeText(click, notice)),
});
