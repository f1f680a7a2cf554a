/** People in the audit trail: how an operator in Slack is named there, and how a name there is read to people. */
import { escapeText } from './message-text.ts';
import type { SlackPerson } from './operators.ts';

const SLACK_ACTOR = /^slack:[A-Z0-9]+\/[A-Z0-9]+ \((?<name>.*)\)$/s;
/** Longest actor that is shown, in UTF-16 code units: an IAM ARN may have 2,048. */
const MAX_SHOWN_LENGTH = 120;

/** The actor of a click: `slack:<team id>/<user id> (<name>)`. The ids identify; the name is for people. */
export const slackActor = (person: SlackPerson, name: string): string =>
  `slack:${person.teamId}/${person.userId} (${name})`;

/** An actor for people, escaped: the operator's name, or the part of the queue that acted. */
export function actorText(actor: string): string {
  if (actor.startsWith('system:')) return `the queue (${escapeText(actor.slice('system:'.length))})`;
  const name = SLACK_ACTOR.exec(actor)?.groups?.['name'] ?? actor;
  return escapeText(name.slice(0, MAX_SHOWN_LENGTH).toWellFormed());
}
