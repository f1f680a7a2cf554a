/** Names an actor of the audit trail for people. */
import { actorName, clipped } from '../../shared/adapters/slack-api/message-text.ts';

/** An actor's name, escaped: the operator's name, or the part of the queue that acted. */
export const actorText = (actor: string): string =>
  actor.startsWith('system:')
    ? `the queue (${clipped(actor.slice('system:'.length), 200)})`
    : actorName(actor);
