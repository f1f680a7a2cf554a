/** Requests like those of Slack: a click on a button as a signed form. */
import { signatureOf } from '../../../lambdas/slack/adapters/verify-signature.ts';
import {
  type CardAction,
  CARD_ACTION_BY_ID,
  buttonValueOf,
} from '../../../lambdas/slack/contracts/slack-actions.ts';
import { LOCAL_WORKSPACE } from './slack.ts';

const [firstOperator] = LOCAL_WORKSPACE.operators;
/** An operator of the local workspace. */
export const OPERATOR = {
  teamId: LOCAL_WORKSPACE.teamId,
  userId: firstOperator.id,
  name: firstOperator.name,
} as const;

/** The data of a click on a button. */
export interface Press {
  readonly taskId: string;
  readonly version: number;
  readonly action: CardAction;
  readonly person?: { readonly teamId: string; readonly userId: string; readonly name: string };
  /** @default a new value each time */
  readonly actionTs?: string;
  readonly triggerId?: string;
  readonly channelId?: string;
  readonly messageTs?: string;
  readonly threadTs?: string;
}

let presses = 0;

/** `action_id` of the button with an action. */
export const actionIdOf = (action: CardAction): string =>
  Object.entries(CARD_ACTION_BY_ID).find(([, known]) => known === action)?.[0] ?? action;

/** The payload of a click, as Slack documents `block_actions`. */
export function blockActionsOf(press: Press) {
  const { taskId, version, action, person = OPERATOR } = press;
  const { channelId = 'C0QUOTES1', messageTs = '1774745970.000200', threadTs = '1774745970.000100' } = press;
  presses += 1;
  const actionTs = press.actionTs ?? `1774745990.${String(presses).padStart(6, '0')}`;
  return {
    type: 'block_actions',
    team: { id: person.teamId, domain: 'quote-desk' },
    user: { id: person.userId, username: person.name, name: person.name, team_id: person.teamId },
    api_app_id: 'A0QUOTEQ1',
    token: 'verification-token',
    container: { type: 'message', message_ts: messageTs, channel_id: channelId, is_ephemeral: false },
    trigger_id: press.triggerId ?? '13345224609.738474920.8088930838d88f008e0',
    channel: { id: channelId, name: 'quotes' },
    message: { ts: messageTs, thread_ts: threadTs, text: 'crm.sync is retryable_failed' },
    response_url: 'https://hooks.example/actions/1',
    actions: [
      {
        type: 'button',
        action_id: actionIdOf(action),
        block_id: 'actions',
        value: buttonValueOf({ taskId, version, action }),
        action_ts: actionTs,
      },
    ],
  };
}

/** The form of a click, or of another of Slack's requests (which Slack calls interactions). */
export const clickForm = (payload: unknown): string =>
  new URLSearchParams({ payload: JSON.stringify(payload) }).toString();

/** Headers that Slack sends with a body. @param nowMs time of the signature, in ms since the epoch */
export function signedHeaders(
  body: string | Uint8Array,
  nowMs: number,
  signingSecret: string,
): Record<string, string> {
  const timestamp = String(Math.floor(nowMs / 1_000));
  return {
    'content-type': 'application/x-www-form-urlencoded',
    'x-slack-request-timestamp': timestamp,
    'x-slack-signature': signatureOf(Buffer.from(body), timestamp, signingSecret),
  };
}
