/**
 * Turns an event of the HTTP API into a form that Slack has signed. Invariants upheld here:
 * 1. Size and signature are checked before anything in the body is parsed.
 * 2. A body that is not what it claims to be (content type, UTF-8, percent-encoding) is refused and not repaired.
 * 3. Without a usable signing secret nothing is accepted.
 */
import type { APIGatewayProxyEventV2 } from 'aws-lambda';
import { SignatureRefusal, verifySignature } from '../adapters/verify-signature.ts';
import type { SlackSecret } from '../../shared/contracts/provider-secrets.ts';
import { MAX_SLACK_BODY_BYTES } from '../contracts/slack-payloads.ts';
import type { Clock } from '../../shared/domain/ports.ts';
import { headerOf } from '../../shared/platform/header-of.ts';
import { RefusalReason, SlackRefusal } from './slack-refusal.ts';

/** A form that Slack has signed. */
export interface VerifiedForm {
  readonly form: URLSearchParams;
  readonly botToken: string;
}

/** Options of the verification. */
export interface VerifierOptions {
  readonly clock: Clock;
  /** Reads the secret of the Slack app. @param forceFetch bypasses every cache */
  readonly secret: (forceFetch: boolean) => Promise<SlackSecret>;
}

/** Requests with a wrong signature cause at most one read of Secrets Manager in this time, for each running function. */
const REFRESH_INTERVAL_MS = 10_000;

const FORM_TYPE = /^application\/x-www-form-urlencoded(?:\s*;\s*charset="?utf-8"?)?\s*$/i;

const unsigned = (reason: RefusalReason): SlackRefusal => new SlackRefusal(401, reason);
const malformed = (): SlackRefusal => new SlackRefusal(400, RefusalReason.Malformed);

/** The received bytes. API Gateway encodes bodies that are not text as base64 and marks them. */
function rawBodyOf({ body = '', isBase64Encoded }: APIGatewayProxyEventV2): Buffer {
  // Four characters of base64 are three bytes, and a character of text is at least one byte.
  if (body.length > MAX_SLACK_BODY_BYTES * 2) throw unsigned(RefusalReason.TooLarge);
  const rawBody = Buffer.from(body, isBase64Encoded ? 'base64' : 'utf8');
  if (rawBody.length > MAX_SLACK_BODY_BYTES) throw unsigned(RefusalReason.TooLarge);
  return rawBody;
}

/** @throws {SlackRefusal} 400 when the bytes are not a form in UTF-8 */
function formOf(event: APIGatewayProxyEventV2, rawBody: Buffer): URLSearchParams {
  if (!FORM_TYPE.test(headerOf(event, 'content-type') ?? '')) throw malformed();
  try {
    const text = new TextDecoder('utf-8', { fatal: true }).decode(rawBody);
    // `URLSearchParams` replaces invalid UTF-8 by U+FFFD; this throws.
    decodeURIComponent(text);
    return new URLSearchParams(text);
  } catch {
    throw malformed();
  }
}

function createVerifier({ clock, secret }: VerifierOptions) {
  let refreshedAtMs = -Infinity;
  return async (event: APIGatewayProxyEventV2, rawBody: Buffer): Promise<SlackSecret> => {
    const signature = headerOf(event, 'x-slack-signature');
    const timestamp = headerOf(event, 'x-slack-request-timestamp');
    const nowMs = clock.nowMs();
    const check = ({ signingSecrets }: SlackSecret) =>
      verifySignature({ rawBody, signature, timestamp }, signingSecrets, Math.floor(nowMs / 1_000));
    let current = await secret(false);
    let verdict = check(current);
    const mayBeRotated = !verdict.ok && verdict.reason === SignatureRefusal.Mismatch;
    if (mayBeRotated && nowMs - refreshedAtMs >= REFRESH_INTERVAL_MS) {
      refreshedAtMs = nowMs;
      current = await secret(true);
      verdict = check(current);
    }
    if (!verdict.ok) throw unsigned(verdict.reason);
    return current;
  };
}

/**
 * Reads events. If no cached secret matches a signature, it is checked once more with a newly read secret, so that a rotation
 * takes effect at once.
 * @throws {SlackRefusal} 401 not Slack's, or too large; 400 not a form
 * @throws {QueueError} `PROVIDER_MISCONFIGURED`; @throws {TypeError} when no usable signing secret is set
 */
export function createFormReader(options: VerifierOptions) {
  const verify = createVerifier(options);
  return async (event: APIGatewayProxyEventV2): Promise<VerifiedForm> => {
    const rawBody = rawBodyOf(event);
    const { botToken } = await verify(event, rawBody);
    return { form: formOf(event, rawBody), botToken };
  };
}
