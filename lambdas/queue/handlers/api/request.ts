/** A request as the handlers see it: the event of an HTTP API (payload format 2.0), read without trust. */
import type { APIGatewayProxyEventV2 } from 'aws-lambda';
import * as z from 'zod/mini';
import { idempotencyKeySchema, MAX_BODY_BYTES } from '../../contracts/api.ts';
import { fieldViolations } from '../../../shared/contracts/field-issues.ts';
import { quoteIdSchema } from '../../../shared/contracts/quote-snapshot.ts';
import { taskIdSchema } from '../../contracts/records.ts';
import { QueueError } from '../../../shared/domain/errors.ts';
import { headerOf } from '../../../shared/platform/header-of.ts';
import { badParameter, refused } from './problem.ts';

/** The actor if IAM did not authenticate the caller (a test, a local call). */
const ANONYMOUS_ACTOR = 'api';

/** A request; `params` are those of the route's template. */
export interface ApiRequest {
  readonly event: APIGatewayProxyEventV2;
  readonly params: Readonly<Record<string, string>>;
}

const callerSchema = z.object({
  authorizer: z.object({ iam: z.object({ userArn: z.string().check(z.minLength(1)) }) }),
});

/** The caller's IAM ARN, or `api` when IAM did not authenticate anybody. */
export function actorOf({ event }: ApiRequest): string {
  const caller = callerSchema.safeParse(event.requestContext);
  return caller.success ? caller.data.authorizer.iam.userArn : ANONYMOUS_ACTOR;
}

/** @throws {ApiProblem} 422 if it is not a quote id */
export function quoteIdOf({ params }: ApiRequest): string {
  const parsed = quoteIdSchema.safeParse(params['quoteId']);
  if (parsed.success) return parsed.data;
  throw badParameter(422, 'quoteId', parsed.error.issues[0]?.message ?? 'expected a quote id');
}

/** @throws {QueueError} `TASK_NOT_FOUND` if it is not a task id */
export function taskIdOf({ params }: ApiRequest): string {
  const parsed = taskIdSchema.safeParse(params['taskId']);
  if (parsed.success) return parsed.data;
  throw new QueueError('TASK_NOT_FOUND', { detail: 'taskId: expected task- and 40 hexadecimal digits.' });
}

const badKey = (expected: string) => badParameter(400, 'Idempotency-Key', expected);

/** @throws {ApiProblem} 400 when it is missing, empty, too long or not visible ASCII */
export function idempotencyKeyOf(request: ApiRequest): string {
  const value = headerOf(request.event, 'idempotency-key');
  if (value === undefined) throw badKey('expected this header; it was missing');
  const parsed = idempotencyKeySchema.safeParse(value);
  if (parsed.success) return parsed.data;
  throw badKey(parsed.error.issues[0]?.message ?? 'expected an idempotency key');
}

/**
 * The version in `If-Match: "<version>"`.
 * @throws {ApiProblem} 428 when it is missing; else as {@link optionalIfMatchVersionOf}
 */
export function ifMatchVersionOf(request: ApiRequest): number {
  const version = optionalIfMatchVersionOf(request);
  if (version !== undefined) return version;
  throw badParameter(428, 'If-Match', 'expected the ETag of the task that was read, like "3"');
}

/** A version as an entity tag: a number without leading zeros, of at most 15 digits. */
const VERSION_TAG = /^"(0|[1-9]\d{0,14})"$/;
/** Any entity tag, strong or weak (RFC 9110, section 8.8.3). */
const ENTITY_TAG = /^(W\/)?"[\x21\x23-\x7e\x80-\u{10ffff}]*"$/u;

/**
 * The version in `If-Match: "<version>"`, or `undefined` without one. `*` and lists are refused, because a change is conditional
 * on the one version that the caller has seen.
 * @throws {QueueError} `STALE_VERSION` for an entity tag that no version has, a weak one among them, since they are compared
 * strongly (RFC 9110, section 13.1.1)
 * @throws {ApiProblem} 400 when it is not one entity tag
 */
export function optionalIfMatchVersionOf(request: ApiRequest): number | undefined {
  const value = headerOf(request.event, 'if-match')?.trim();
  if (value === undefined) return undefined;
  const version = VERSION_TAG.exec(value)?.[1];
  if (version !== undefined) return Number(version);
  if (ENTITY_TAG.test(value)) throw new QueueError('STALE_VERSION', { detail: 'No version has this ETag' });
  throw badParameter(400, 'If-Match', 'expected one version in double quotes, like "3"');
}

// Checks of a body: type, size, encoding, syntax and shape, in this order; the answer names the first that fails. If a JSON key
// is repeated, the last value counts, as in ECMAScript.

/** `application/json` or any `+json`, in UTF-8. */
const JSON_TYPE = /^(application\/json|[\w.-]+\/[\w.+-]+\+json)$/i;
const UTF8_CHARSET = /^charset="?utf-8"?$/i;

function assertJsonType(contentType: string): void {
  const [type = '', ...parameters] = contentType.split(';').map((part) => part.trim());
  const charsets = parameters.filter((parameter) => /^charset=/i.test(parameter));
  if (JSON_TYPE.test(type) && charsets.every((charset) => UTF8_CHARSET.test(charset))) return;
  throw refused(415, 'Content-Type: expected application/json in UTF-8', {
    headers: { accept: 'application/json' },
  });
}

const notUtf8 = (cause?: unknown) => refused(400, 'Body: expected valid UTF-8', { cause });

/** The character that API Gateway inserts for bytes that are not UTF-8 when it passes a body as text. */
const REPLACEMENT = '\ufffd';

function bytesOf({ body = '', isBase64Encoded }: APIGatewayProxyEventV2): Buffer {
  if (isBase64Encoded) return Buffer.from(body, 'base64');
  // A lone surrogate has no UTF-8 form and would silently become another character.
  if (!body.isWellFormed()) throw notUtf8();
  // A signed-off snapshot must not be stored with a replaced character. A caller that means the character itself sends its JSON
  // escape.
  if (body.includes(REPLACEMENT)) {
    throw refused(400, 'Body: expected valid UTF-8; the character U+FFFD itself is written as \\ufffd');
  }
  return Buffer.from(body, 'utf8');
}

function textOf(bytes: Buffer): string {
  try {
    return new TextDecoder('utf-8', { fatal: true }).decode(bytes);
  } catch (error) {
    throw notUtf8(error);
  }
}

function parseJson(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch (error) {
    // The cause's message quotes the text: it is kept for the stack and never shown or logged.
    throw refused(400, 'Body: expected well-formed JSON', { cause: error });
  }
}

/** Whether the request brings a body. */
export const hasBody = ({ event }: ApiRequest): boolean => (event.body ?? '') !== '';

/**
 * The JSON object of the body, of unknown shape.
 * @throws {ApiProblem} 415 wrong or missing type, 413 too large, 400 invalid UTF-8 or JSON, or JSON that is not an object
 */
export function jsonObjectOf(request: ApiRequest): object {
  assertJsonType(headerOf(request.event, 'content-type') ?? '');
  const bytes = bytesOf(request.event);
  if (bytes.length > MAX_BODY_BYTES) {
    throw refused(413, `Body: expected at most ${MAX_BODY_BYTES} bytes`);
  }
  const value = parseJson(textOf(bytes));
  if (typeof value !== 'object' || value === null || Array.isArray(value)) {
    throw refused(400, 'Body: expected a JSON object');
  }
  return value;
}

/**
 * `value`, parsed by the schema.
 * @param fallback names the fields when `schema` alone cannot say which shape was meant
 * @throws {ApiProblem} 422 that names each field that is not as documented
 */
export function shaped<T>(value: object, schema: z.ZodMiniType<T>, fallback?: z.ZodMiniType): T {
  const parsed = schema.safeParse(value);
  if (parsed.success) return parsed.data;
  const closer = fallback?.safeParse(value);
  const error = closer?.success === false ? closer.error : parsed.error;
  const errors = fieldViolations(error);
  throw refused(422, `Body: expected the documented fields; ${errors.length} are not as documented`, {
    errors,
  });
}
