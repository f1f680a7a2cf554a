/** `run-action-slack`: drives `slack.notify` tasks. */
import { NotifySlack } from '../../actions/slack/notify/notify-slack.ts';
import { slackSecret } from '../../shared/adapters/secrets.ts';
import { createSlackClient } from '../../shared/adapters/slack-api/slack-client.ts';
import { Env } from '../../shared/contracts/environment.ts';
import { requireEnv } from '../../shared/platform/require-env.ts';
import { createRunActionHandler } from './run-action.ts';

const apiUrl = requireEnv(Env.SlackApiUrl);
const secretArn = requireEnv(Env.SlackSecretArn);
const channel = requireEnv(Env.SlackChannelId);

const client = async () => createSlackClient((await slackSecret(secretArn)).botToken, apiUrl);

/** See {@link createRunActionHandler}. */
export const handler = createRunActionHandler(
  'slack',
  (guard) => new NotifySlack({ ...guard, client, channel }),
);
