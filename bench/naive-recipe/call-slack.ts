/** One call of Slack's Web API, used by both recipes. */
import { getSecret } from '@aws-lambda-powertools/parameters/secrets';
import * as z from 'zod/mini';

const secretSchema = z.object({ botToken: z.string() });
const answerSchema = z.object({ ok: z.boolean(), ts: z.optional(z.string()), error: z.optional(z.string()) });

/**
 * Posts or edits a message in the channel; returns its `ts`. @throws {Error} for any answer except `ok`, or without an answer within 3 s
 */
export async function callSlack(
  method: 'chat.postMessage' | 'chat.update',
  message: Readonly<Record<string, string>>,
): Promise<string> {
  const secret = secretSchema.parse(
    await getSecret(process.env['SLACK_SECRET_ARN'] ?? '', { transform: 'json', maxAge: 300 }),
  );
  const response = await fetch(`${process.env['SLACK_API_URL']}${method}`, {
    method: 'POST',
    headers: { 'content-type': 'application/json', authorization: `Bearer ${secret.botToken}` },
    body: JSON.stringify({ channel: process.env['SLACK_CHANNEL_ID'], ...message }),
    signal: AbortSignal.timeout(3_000),
  });
  const answer = answerSchema.parse(await response.json());
  if (!answer.ok) throw new Error(`Slack answered ${answer.error}`);
  return answer.ts ?? '';
}
