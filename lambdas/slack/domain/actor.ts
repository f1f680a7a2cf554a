/** People of Slack in the audit trail. */

/** A person in Slack; user ids are unique within a team only. */
export interface SlackPerson {
  /** `T…`, or `E…` where the app is installed for a whole organisation. */
  readonly teamId: string;
  /** `U…` or `W…`. */
  readonly userId: string;
}

/** The actor of a click: `slack:<team id>/<user id> (<name>)`. The ids identify the person; the name is for people. */
export const slackActor = (person: SlackPerson, name: string): string =>
  `slack:${person.teamId}/${person.userId} (${name})`;
