/** Shows a task's card: on the existing message, or on a new one if a person deleted it. */
import { readsAs } from '../../actions/task-payload.ts';
import { isKnownTask, type StoredTask } from '../../queue/contracts/records.ts';
import type { CardRecord } from '../../queue/contracts/shown-cards.ts';
import { QueueError } from '../../shared/domain/errors.ts';
import { cardPayloadSchema } from '../contracts/card-payload.ts';
import type { CardMessages, CardPlace } from './ports.ts';

/** Whether the task has a place in Slack. A kind of a newer release may have a payload without a quote. */
export const hasThread = (task: StoredTask): boolean => isKnownTask(task) || readsAs(task, cardPayloadSchema);

/** Maximum cards of one update that were found instead of posted, and are deleted. */
const MAX_POSTINGS_AT_ONCE = 3;

async function postCard(messages: CardMessages, task: StoredTask, card: CardRecord): Promise<CardPlace> {
  const threadTs = await messages.openThread(task, card);
  for (let tries = 1; tries <= MAX_POSTINGS_AT_ONCE; tries += 1) {
    const postings = card.postings + tries;
    const posted = await messages.post(task, card, { threadTs, posting: postings });
    if (posted.isNew || (await messages.edit(task, posted.ts))) {
      return { threadTs: posted.threadTs, ts: posted.ts, postings };
    }
  }
  throw new QueueError('PROVIDER_REFUSED', { detail: 'Each card that was posted is deleted at once' });
}

/**
 * Shows `task` on its card, which `card` locks: edits it, or posts it in the quote's thread if it does not exist (any more).
 * @throws {QueueError} as {@link CardMessages}
 */
export async function showCard(
  messages: CardMessages,
  task: StoredTask,
  card: CardRecord,
): Promise<CardPlace> {
  const { ts, threadTs, postings } = card;
  if (ts !== undefined && threadTs !== undefined && (await messages.edit(task, ts))) {
    return { threadTs, ts, postings };
  }
  return postCard(messages, task, card);
}
