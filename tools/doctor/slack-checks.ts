/** The checks against Slack: the token, its scopes, the channel, and whether Slack stores message metadata. */
import type { WebClient } from '@slack/web-api';
import { WebAPIPlatformError } from '@slack/web-api';
import * as z from 'zod/mini';
import { effectMetadata } from '../../lambdas/shared/adapters/slack-api/find-message.ts';
import type { Finding, Subject } from './finding.ts';
import { failed, ok, skipped } from './finding.ts';

const TOKEN: Subject = { step: 4, subject: 'bot token' };
const SCOPES: Subject = { step: 4, subject: 'scopes' };
const CHANNEL: Subject = { step: 6, subject: 'channel' };
const MESSAGES: Subject = { step: 6, subject: 'messages' };

/** The owner of a token, as Slack describes it. */
export interface Identity {
  readonly teamId: string;
  /** Scopes of the token; absent if Slack names none (a local one does not). */
  readonly scopes?: readonly string[];
}

const INVITE = 'in Slack, type /invite @quoteq in the channel';
const NEW_TOKEN =
  'install the app to the workspace again and put its new bot token into the secret (steps 4 and 5)';
const OTHER_CHANNEL = "deploy with the id of the channel: its 'About' tab shows it (steps 1 and 2)";
const FIXES: Readonly<Record<string, string>> = {
  not_in_channel: INVITE,
  channel_not_found: `${OTHER_CHANNEL}; if the channel is private, ${INVITE}`,
  is_archived: 'unarchive the channel, or deploy with the id of another one (steps 1 and 2)',
  missing_scope: 'update the app from the manifest (step 3), then install it again (step 4)',
  invalid_auth: NEW_TOKEN,
  not_authed: NEW_TOKEN,
  token_revoked: NEW_TOKEN,
  token_expired: 'turn token rotation off in the manifest (step 3), then install the app again (step 4)',
  account_inactive: NEW_TOKEN,
  restricted_action: 'let the app post in the channel: its settings, posting permissions',
};

/** The finding for a failed call. */
function failedCall(subject: Subject, method: string, thrown: unknown): Finding {
  if (thrown instanceof WebAPIPlatformError) {
    const code = thrown.data.error;
    const fix = FIXES[code] ?? `look ${code} up at https://docs.slack.dev/reference/methods/${method}#errors`;
    return failed(subject, `${method} answered ${code}`, fix);
  }
  const why = thrown instanceof Error ? thrown.message : String(thrown);
  return failed(subject, `${method}: ${why}`, "check that this machine reaches Slack's API, and try again");
}

/** `auth.test`: the token is valid; returns its owner. */
export async function checkToken(
  client: WebClient,
): Promise<readonly [finding: Finding, identity: Identity | undefined]> {
  try {
    const { team, team_id: teamId = '', user, response_metadata } = await client.auth.test();
    const scopes = response_metadata?.scopes;
    const identity = { teamId, ...(scopes === undefined ? {} : { scopes }) };
    return [ok(TOKEN, `${user ?? 'the bot'} in ${team ?? 'the workspace'} (${teamId})`), identity];
  } catch (thrown) {
    return [failedCall(TOKEN, 'auth.test', thrown), undefined];
  }
}

/** The token has the scopes of the manifest. Each additional scope is a risk without a use. */
export function checkScopes(
  { scopes }: Identity,
  required: readonly string[],
  isSlackItself: boolean,
): Finding {
  const reinstall = 'update the app from the manifest (step 3), then install it again (step 4)';
  if (scopes === undefined) {
    return isSlackItself
      ? failed(SCOPES, 'Slack named none', reinstall)
      : skipped(SCOPES, 'a local Slack names none');
  }
  const missing = required.filter((scope) => !scopes.includes(scope));
  if (missing.length > 0) return failed(SCOPES, `missing: ${missing.join(', ')}`, reinstall);
  const unneeded = scopes.filter((scope) => !required.includes(scope));
  const rest = unneeded.length === 0 ? '' : `; not needed: ${unneeded.join(', ')}`;
  return ok(SCOPES, `${required.join(', ')}${rest}`);
}

/** The app can read the channel, which requires that it is a member. */
export async function checkChannel(client: WebClient, channel: string): Promise<Finding> {
  try {
    await client.conversations.history({ channel, limit: 1 });
    return ok(CHANNEL, `${channel} can be read`);
  } catch (thrown) {
    return failedCall(CHANNEL, 'conversations.history', thrown);
  }
}

const historySchema = z.object({
  messages: z.array(
    z.object({
      ts: z.string(),
      text: z.optional(z.string()),
      metadata: z.optional(z.object({ event_payload: z.optional(z.record(z.string(), z.unknown())) })),
    }),
  ),
});

const POSTED = 'quoteq doctor: checking that Slack stores a message completely. This one is deleted at once.';
const EDITED = `${POSTED} Edited.`;

async function readBack(client: WebClient, channel: string, ts: string) {
  const range = { oldest: ts, latest: ts, inclusive: true, limit: 1 };
  const answer = await client.conversations.history({ channel, ...range, include_all_metadata: true });
  return historySchema.parse(answer).messages.find((message) => message.ts === ts);
}

async function examineMessage(
  client: WebClient,
  channel: string,
  ts: string,
  effectKey: string,
): Promise<Finding> {
  await client.chat.update({ channel, ts, text: EDITED });
  const found = await readBack(client, channel, ts);
  if (found?.text !== EDITED) {
    return failed(MESSAGES, 'an edit is not shown', 'let the app edit its messages: workspace settings');
  }
  if (found.metadata?.event_payload?.['effect_key'] === effectKey) {
    return ok(MESSAGES, 'posted, edited, read with its metadata, deleted');
  }
  // Without metadata a lost reply and a lost request look the same: messages would be posted twice.
  return failed(
    MESSAGES,
    'metadata is not kept',
    'use a workspace whose Slack returns message metadata with include_all_metadata',
  );
}

/**
 * Posts a message, edits it, reads it with its metadata and deletes it.
 * @param effectKey key in the metadata; new for each run
 */
export async function checkMessages(client: WebClient, channel: string, effectKey: string): Promise<Finding> {
  let method = 'chat.postMessage';
  try {
    const metadata = effectMetadata(effectKey, 'doctor');
    const { ts = '' } = await client.chat.postMessage({ channel, text: POSTED, metadata });
    try {
      method = 'chat.update';
      return await examineMessage(client, channel, ts, effectKey);
    } finally {
      method = 'chat.delete';
      await client.chat.delete({ channel, ts });
    }
  } catch (thrown) {
    return failedCall(MESSAGES, method, thrown);
  }
}
