/** Reads a form from Slack as a click or as something that is not for us. Its signature must have been checked before. */
import {
  blockActionsSchema,
  type BlockActions,
  type Click,
  requestTypeSchema,
} from '../contracts/slack-payloads.ts';
import { buttonValueSchema, CARD_ACTION_BY_ID, isCardActionId } from '../contracts/slack-actions.ts';
import { withoutBlankEnds } from '../../shared/contracts/text.ts';
import { QueueError } from '../../shared/domain/errors.ts';
import { hashOf } from '../../shared/domain/hashing.ts';

/** The content of a request that Slack calls an interaction. */
export type SlackRequest =
  /** A press of one of the card's buttons. `triggerId` opens a modal within 3 s of the press. */
  | { readonly kind: 'click'; readonly click: Click; readonly triggerId: string }
  /** Something else that Slack tells its apps: a link that was opened, a modal that was closed. */
  | { readonly kind: 'ignored' };

/** The message names the field and what was expected, never the received value. */
const invalid = (expected: string): QueueError => new QueueError('REQUEST_INVALID', { detail: expected });

function parseJson(text: string, field: string): unknown {
  try {
    return JSON.parse(text);
  } catch {
    // The parse error is not kept as the cause, because its message quotes the text.
    throw invalid(`${field}: expected JSON`);
  }
}

/** The one value of a field. @throws {QueueError} `REQUEST_INVALID` when it is missing or repeated */
function only(form: URLSearchParams, field: string): string {
  const [value, ...others] = form.getAll(field);
  if (value === undefined || others.length > 0) throw invalid(`${field}: expected this field once`);
  return value;
}

type Press = BlockActions['actions'][number];

function valueOf(press: Press) {
  const value = buttonValueSchema.safeParse(parseJson(press.value ?? '', 'value'));
  if (value.success) return value.data;
  throw invalid('value: expected taskId, version and action');
}

/**
 * The team that identifies the person. In a channel that is shared with another workspace, `team` is the app's and the person may be of
 * the other one. An app that is installed for a whole organisation gets `team: null` and `enterprise` instead (Slack API, "Developing
 * apps for organizations").
 */
function teamIdOf({ team, enterprise, user }: BlockActions): string {
  const teamId = user.team_id ?? team?.id ?? enterprise?.id;
  if (teamId !== undefined) return teamId;
  throw invalid('payload.user.team_id: expected a team, or the organisation of the app');
}

/** The same press delivered again has the same id, and no other press has it. */
const clickIdOf = (payload: BlockActions, { action_id, action_ts, value }: Press): string => {
  const { team, user, container } = payload;
  return hashOf([
    'quoteq/click',
    team?.id ?? teamIdOf(payload),
    user.id,
    action_ts,
    container.channel_id,
    container.message_ts,
    action_id,
    value ?? '',
  ]);
};

/** The person's name: the first that is not blank. Slack sends an empty `username` for some people. */
const nameOf = ({ username, name, id }: BlockActions['user']): string =>
  [username, name].map((given) => withoutBlankEnds(given ?? '')).find((given) => given !== '') ?? id;

function clickOf(payload: BlockActions, press: Press): Click {
  const { user, container, message } = payload;
  const { taskId, version, action } = valueOf(press);
  if (!isCardActionId(press.action_id) || CARD_ACTION_BY_ID[press.action_id] !== action) {
    throw invalid('value.action: expected the action of the button');
  }
  const threadTs = message?.thread_ts;
  return {
    schemaVersion: 1,
    clickId: clickIdOf(payload, press),
    taskId,
    version,
    action,
    teamId: teamIdOf(payload),
    userId: user.id,
    userName: nameOf(user),
    channelId: container.channel_id,
    messageTs: container.message_ts,
    ...(threadTs === undefined ? {} : { threadTs }),
  };
}

/**
 * Reads the form of Slack's request: a click, or something that is not for us.
 * @throws {QueueError} `REQUEST_INVALID` when it is not as Slack documents it, or a button is not as the card made it
 */
export function parseClick(form: URLSearchParams): SlackRequest {
  const json = parseJson(only(form, 'payload'), 'payload');
  const head = requestTypeSchema.safeParse(json);
  if (!head.success) throw invalid('payload.type: expected a kind of interaction');
  if (head.data.type !== 'block_actions') return { kind: 'ignored' };
  const parsed = blockActionsSchema.safeParse(json);
  if (!parsed.success) {
    throw invalid(
      `payload.${parsed.error.issues[0]?.path.join('.') ?? ''}: expected the shape of block_actions`,
    );
  }
  const [press] = parsed.data.actions;
  if (press === undefined || !isCardActionId(press.action_id)) return { kind: 'ignored' };
  return { kind: 'click', click: clickOf(parsed.data, press), triggerId: parsed.data.trigger_id };
}
