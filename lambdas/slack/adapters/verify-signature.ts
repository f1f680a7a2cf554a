/**
 * Verifies that a request comes from Slack. Invariants upheld here:
 * 1. The signature is checked over the received bytes, before anything in them is parsed.
 * 2. Every secret is tried in constant time; the answer's time does not tell which one matches, or how nearly.
 * 3. The reason of a refusal is only for our log; the caller learns only that it was refused.
 */
import { createHmac, timingSafeEqual } from 'node:crypto';
import { MAX_SIGNING_SECRETS } from '../../shared/contracts/provider-secrets.ts';

/** Slack's own limit: a request that is older, or further in the future, is refused. */
export const MAX_SIGNATURE_AGE_SECONDS = 300;

/** Why a request is not accepted as Slack's. */
export const SignatureRefusal = {
  MissingHeader: 'missing_header',
  MalformedHeader: 'malformed_header',
  TooOld: 'too_old',
  FromTheFuture: 'from_the_future',
  Mismatch: 'mismatch',
} as const;
/** One of {@link SignatureRefusal}. */
export type SignatureRefusal = (typeof SignatureRefusal)[keyof typeof SignatureRefusal];

/** The parts of a request that the signature covers. */
export interface SignedRequest {
  /** The received body, after the transport's base64 was decoded. */
  readonly rawBody: Uint8Array;
  /** Header `X-Slack-Signature`. */
  readonly signature: string | undefined;
  /** Header `X-Slack-Request-Timestamp`: seconds since the epoch. */
  readonly timestamp: string | undefined;
}

/** Whether a request is Slack's. */
export type SignatureVerdict =
  { readonly ok: true } | { readonly ok: false; readonly reason: SignatureRefusal };

const SIGNATURE = /^v0=[0-9a-f]{64}$/;
/** Up to the year 33658: a number that a double holds exactly. */
const TIMESTAMP = /^\d{1,12}$/;

const refused = (reason: SignatureRefusal): SignatureVerdict => ({ ok: false, reason });

/**
 * Checks that the signing secrets can protect something.
 * @throws {TypeError} when the list is empty, has more than {@link MAX_SIGNING_SECRETS}, or a blank one
 */
function assertSigningSecrets(signingSecrets: readonly string[]): void {
  const isUsable = signingSecrets.length >= 1 && signingSecrets.length <= MAX_SIGNING_SECRETS;
  if (isUsable && signingSecrets.every((secret) => secret.trim() !== '')) return;
  throw new TypeError(
    `signingSecrets: expected 1 to ${MAX_SIGNING_SECRETS} secrets, none of them empty; got ${signingSecrets.length}`,
  );
}

/** The signature that Slack computes for a body. */
export const signatureOf = (rawBody: Uint8Array, timestamp: string, signingSecret: string): string =>
  `v0=${createHmac('sha256', signingSecret).update(`v0:${timestamp}:`).update(rawBody).digest('hex')}`;

function refusalByTime(timestamp: string, nowSeconds: number): SignatureVerdict | undefined {
  const ageSeconds = nowSeconds - Number(timestamp);
  if (ageSeconds > MAX_SIGNATURE_AGE_SECONDS) return refused(SignatureRefusal.TooOld);
  if (ageSeconds < -MAX_SIGNATURE_AGE_SECONDS) return refused(SignatureRefusal.FromTheFuture);
  return undefined;
}

/**
 * Checks a request against one or two signing secrets.
 * @param nowSeconds seconds since the epoch
 * @throws {TypeError} as {@link assertSigningSecrets}: without a secret nothing may pass
 */
export function verifySignature(
  request: SignedRequest,
  signingSecrets: readonly string[],
  nowSeconds: number,
): SignatureVerdict {
  assertSigningSecrets(signingSecrets);
  const { rawBody, signature, timestamp } = request;
  if (signature === undefined || timestamp === undefined) return refused(SignatureRefusal.MissingHeader);
  if (!SIGNATURE.test(signature) || !TIMESTAMP.test(timestamp))
    return refused(SignatureRefusal.MalformedHeader);
  const byTime = refusalByTime(timestamp, nowSeconds);
  if (byTime !== undefined) return byTime;
  const given = Buffer.from(signature, 'latin1');
  const fits = signingSecrets.map((secret) =>
    timingSafeEqual(given, Buffer.from(signatureOf(rawBody, timestamp, secret), 'latin1')),
  );
  return fits.includes(true) ? { ok: true } : refused(SignatureRefusal.Mismatch);
}
