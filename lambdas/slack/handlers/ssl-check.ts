/**
 * Slack's check of the certificate of a command's URL. From time to time Slack posts `ssl_check=1` and a verification token,
 * without a signature, and expects a 200. Source: Slack API, "Slash commands", on the validity of certificates; Slack's own
 * Bolt answers it before it verifies.
 */
import type { APIGatewayProxyEventV2 } from 'aws-lambda';
import { headerOf } from '../../shared/platform/header-of.ts';

const CHECK = /^(?:ssl_check=1(?:&token=[\w-]{0,128})?|token=[\w-]{0,128}&ssl_check=1)$/;
const FORM_TYPE = /^application\/x-www-form-urlencoded\s*(?:;.*)?$/i;

/** Maximum body of a check; a longer body is not decoded. */
const MAX_CHECK_LENGTH = 512;

/**
 * Whether a request is such a check and nothing else. A request with any other field is not a check and needs a signature, so
 * that no command can be hidden in a check.
 */
export function isSslCheck(event: APIGatewayProxyEventV2): boolean {
  const { body = '', isBase64Encoded } = event;
  if (body.length > MAX_CHECK_LENGTH) return false;
  if (!FORM_TYPE.test(headerOf(event, 'content-type') ?? '')) return false;
  return CHECK.test(isBase64Encoded ? Buffer.from(body, 'base64').toString('latin1') : body);
}
