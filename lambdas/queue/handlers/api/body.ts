/**
 * Bodies: type, size, encoding, syntax and shape, in this order; the first that fails is answered.
 * Of a JSON key that is given twice the last value counts, as in ECMAScript.
 */
import type { APIGatewayProxyEventV2 } from 'aws-lambda';
import type * as z from 'zod/mini';
import { MAX_BODY_BYTES } from '../../contracts/api.ts';
import { refused } from './problem.ts';
import { headerOf } from '../../../shared/platform/header-of.ts';
import type { ApiRequest } from './request.ts';
import { fieldViolations } from '../../../shared/contracts/field-issues.ts';

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

/** What API Gateway puts in place of bytes that are not UTF-8 when it passes a body on as text. */
const REPLACEMENT = '\ufffd';

function bytesOf({ body = '', isBase64Encoded }: APIGatewayProxyEventV2): Buffer {
  if (isBase64Encoded) return Buffer.from(body, 'base64');
  // A lone surrogate has no UTF-8 form and would silently become another character.
  if (!body.isWellFormed()) throw notUtf8();
  // What was signed off must not be stored with a hole. Who means the character itself writes its JSON escape.
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
 * @throws {ApiProblem} 415 wrong or missing type, 413 too large, 400 invalid UTF-8 or JSON, or JSON that is no object
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
 * `value` as the schema has it.
 * @param fallback names the fields when `schema` alone cannot say which shape was meant
 * @throws {ApiProblem} 422 naming each field that is not as documented
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
