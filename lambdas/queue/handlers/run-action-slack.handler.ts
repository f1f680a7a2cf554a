/** `run-action-slack`: drives `slack.notify` tasks. */
import { NotifySlack } from '../adapters/effects/notify-slack.ts';
import { slackSecret } from '../adapters/secrets.ts';
import { createSlackClient } from '../adapters/slack/slack-client.ts';
import { Env } from '../contracts/environment.ts';
import { requireEnv } from '../platform/require-env.ts';
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
