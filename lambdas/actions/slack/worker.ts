/** The effects of `run-action-slack`. */
import { slackSecret } from '../../shared/adapters/secrets.ts';
import { createSlackClient } from '../../shared/adapters/slack-api/slack-client.ts';
import { Env } from '../../shared/contracts/environment.ts';
import { requireEnv } from '../../shared/platform/require-env.ts';
import { ActionKind } from '../kinds.ts';
import type { WorkerEffects } from '../worker-effects.ts';
import { NotifySlack } from './notify/notify-slack.ts';

const apiUrl = requireEnv(Env.SlackApiUrl);
const secretArn = requireEnv(Env.SlackSecretArn);
const channel = requireEnv(Env.SlackChannelId);

const client = async () => createSlackClient((await slackSecret(secretArn)).botToken, apiUrl);

/** See {@link WorkerEffects}. */
export const slackEffects: WorkerEffects<'slack'> = {
  [ActionKind.SlackNotify]: (guard) => new NotifySlack({ ...guard, client, channel }),
};
