/** A request as the handlers see it: the event of an HTTP API (payload format 2.0), read without trust. */
import type { APIGatewayProxyEventV2 } from 'aws-lambda';
import * as z from 'zod/mini';
import { idempotencyKeySchema } from '../../contracts/api.ts';
import { quoteIdSchema } from '../../../shared/contracts/quote-snapshot.ts';
import { taskIdSchema } from '../../contracts/task-id.ts';
import { QueueError } from '../../../shared/domain/errors.ts';
import { headerOf } from '../../../shared/platform/header-of.ts';
import { badParameter } from './problem.ts';

/** Who asked, when nobody was authenticated by IAM (a test, a local call). */
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

/** @throws {ApiProblem} 422: an id of another form names no quote */
export function quoteIdOf({ params }: ApiRequest): string {
  const parsed = quoteIdSchema.safeParse(params['quoteId']);
  if (parsed.success) return parsed.data;
  throw badParameter(422, 'quoteId', parsed.error.issues[0]?.message ?? 'expected a quote id');
}

/** @throws {QueueError} `TASK_NOT_FOUND`: there is no task of an id of another form */
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

/** A version as an entity tag: a number has one spelling, and the greatest has 15 digits. */
const VERSION_TAG = /^"(0|[1-9]\d{0,14})"$/;
/** Any entity tag, strong or weak (RFC 9110, section 8.8.3). */
const ENTITY_TAG = /^(W\/)?"[\x21\x23-\x7e\x80-\u{10ffff}]*"$/u;

/**
 * The version in `If-Match: "<version>"`, or `undefined` without one. `*` and lists are refused: a change is guarded by the one
 * version that its caller has seen.
 * @throws {QueueError} `STALE_VERSION` for an entity tag that no version has, a weak one among them, since they are compared
 *   strongly (RFC 9110, section 13.1.1)
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
