/** People in the audit trail: how an operator in Slack is named there, and how a name there is read to people. */
import { actorName, clipped } from '../../shared/adapters/slack-api/message-text.ts';
import type { SlackPerson } from './operators.ts';

/** The actor of a click: `slack:<team id>/<user id> (<name>)`. The ids identify; the name is for people. */
export const slackActor = (person: SlackPerson, name: string): string =>
  `slack:${person.teamId}/${person.userId} (${name})`;

/** An actor for people, escaped: the operator's name, or the part of the queue that acted. */
export const actorText = (actor: string): string =>
  actor.startsWith('system:')
    ? `the queue (${clipped(actor.slice('system:'.length), 200)})`
    : actorName(actor);
