/** The contents of the providers' secrets: functions read them, operators rotate them, the doctor checks them. */
import * as z from 'zod/mini';

/** The present signing secret and, during a rotation, the one before or after it. */
export const MAX_SIGNING_SECRETS = 2;

const value = z.string().check(z.regex(/^\S+$/, 'expected a value without spaces'));

/** The CRM's secret: the token of its private app. */
export const crmSecretSchema = z.object({ token: value });
/** What the queue holds of the CRM. */
export type CrmSecret = z.infer<typeof crmSecretSchema>;

/** Slack's secret: the bot token and the signing secrets; if there are two, the newest is first. */
export const slackSecretSchema = z.object({
  botToken: value,
  signingSecrets: z.array(value).check(z.minLength(1), z.maxLength(MAX_SIGNING_SECRETS)),
});
/** What the queue holds of Slack. */
export type SlackSecret = z.infer<typeof slackSecretSchema>;
