/** Describes an error of a check in one line, with its fix. */
import * as z from 'zod/mini';
import type { Finding, Subject } from '../finding.ts';
import { failed } from '../finding.ts';
import { type AwsSite, UnreadableAnswer } from './site.ts';

/** An error in words, with its fix. */
interface Fault {
  readonly detail: string;
  readonly fix: string;
}

/** Maximum characters of a service's own message that are shown. */
const MESSAGE_LIMIT = 200;

const SIGN_IN = 'export AWS_PROFILE=your-profile; aws sso login; aws sts get-caller-identity';
const CHECK_NETWORK = 'check that this machine reaches AWS (network, proxy, Region), and run this again';

const NO_CREDENTIALS: ReadonlySet<string> = new Set([
  'CredentialsProviderError',
  'ExpiredToken',
  'ExpiredTokenException',
  'InvalidClientTokenId',
  'UnrecognizedClientException',
  'SignatureDoesNotMatch',
  'InvalidSignatureException',
  'InvalidAccessKeyId',
  'AuthFailure',
]);
const NO_ANSWER: ReadonlySet<string> = new Set(['TimeoutError', 'AbortError', 'RequestTimeout']);
const DENIED = /^(?:AccessDenied(?:Exception)?|AuthorizationError(?:Exception)?|UnauthorizedOperation)$/;

const isObject = (value: unknown): value is Record<PropertyKey, unknown> =>
  typeof value === 'object' && value !== null;

/** Name of the network error, for example `ENOTFOUND`; it may be several causes deep. */
function networkCode(thrown: unknown): string | undefined {
  if (!isObject(thrown)) return undefined;
  const code = thrown['code'];
  return typeof code === 'string' && /^(?:E[A-Z_]+|UND_ERR_\w+)$/.test(code)
    ? code
    : networkCode(thrown['cause']);
}

/** Only the first line: on a wrong signature, the next lines contain the request with its session token. */
const firstLine = (message: string): string => (message.split('\n')[0] ?? '').slice(0, MESSAGE_LIMIT).trim();

/** Whether the service answered that it does not know or accept the caller. */
export const isOfCredentials = (thrown: unknown): boolean =>
  thrown instanceof Error && NO_CREDENTIALS.has(thrown.name);

const isUnreadable = (thrown: Error): boolean =>
  thrown instanceof SyntaxError || thrown instanceof UnreadableAnswer || thrown instanceof z.core.$ZodError;

/** The fault of a failed read. An unreadable answer is not quoted, because it may hold a secret. */
export function faultOf(thrown: unknown, { client: { region } }: Pick<AwsSite, 'client'>): Fault {
  if (!(thrown instanceof Error)) return { detail: 'could not be read', fix: CHECK_NETWORK };
  const code = networkCode(thrown);
  if (code !== undefined) return { detail: `no connection in ${region} (${code})`, fix: CHECK_NETWORK };
  if (NO_ANSWER.has(thrown.name)) return { detail: 'no answer within 10 s', fix: CHECK_NETWORK };
  if (isUnreadable(thrown)) {
    return {
      detail: 'the answer could not be read',
      fix: `${CHECK_NETWORK}; is a proxy answering in place of AWS?`,
    };
  }
  const detail = `${thrown.name}: ${firstLine(thrown.message)}`;
  if (isOfCredentials(thrown)) return { detail, fix: SIGN_IN };
  if (DENIED.test(thrown.name)) {
    return {
      detail,
      fix: 'let your role do what the message names, or use another one: export AWS_PROFILE=…',
    };
  }
  return { detail, fix: 'look the error up, correct what it names, and run this again' };
}

/** The findings of a check. An error becomes a finding too, so that it hides no other finding. */
export async function guarded(
  site: AwsSite,
  subject: Subject,
  check: () => Promise<readonly Finding[]>,
): Promise<readonly Finding[]> {
  try {
    return await check();
  } catch (thrown) {
    const { detail, fix } = faultOf(thrown, site);
    return [failed(subject, `not checked: ${detail}`, fix)];
  }
}
