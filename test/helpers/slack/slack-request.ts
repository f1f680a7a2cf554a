/** Signed forms like those of Slack. */
import { OPERATOR, type Press, signedHeaders as signed } from '../../../tools/rig/slack/slack-request.ts';
import { START_MS } from '../../../tools/rig/fake-clock.ts';

export {
  actionIdOf,
  blockActionsOf,
  clickForm,
  OPERATOR,
  type Press,
} from '../../../tools/rig/slack/slack-request.ts';

/** The signing secret of the tests. */
export const SIGNING_SECRET = '8f742231b10e8888abcd99yyyzzz85a5';
/** A person in the operator's team who is not an operator. */
export const STRANGER = { teamId: 'T0QUOTEQ1', userId: 'U0STRANGE', name: 'eve' } as const;

/** The form of a slash command. */
export const commandForm = (text: string, person: Press['person'] = OPERATOR): string =>
  new URLSearchParams({
    token: 'verification-token',
    team_id: person.teamId,
    team_domain: 'quote-desk',
    channel_id: 'C0QUOTES1',
    user_id: person.userId,
    user_name: person.name,
    command: '/quoteq',
    text,
    response_url: 'https://hooks.example/commands/1',
    trigger_id: '13345224609.738474920.8088930838d88f008e0',
  }).toString();

/** Headers that Slack sends with a body. @param nowMs when it signs; ms since the epoch */
export const signedHeaders = (
  body: string | Uint8Array,
  nowMs: number = START_MS,
  signingSecret: string = SIGNING_SECRET,
): Record<string, string> => signed(body, nowMs, signingSecret);
