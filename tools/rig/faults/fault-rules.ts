/** The rules of a fault proxy: which requests fail, how, and how many times. */
import * as z from 'zod/mini';
import { HTTP_PROVIDERS } from '../../../lambdas/shared/contracts/providers.ts';
import type { ServerRequest } from '../http/http-server.ts';

/** Maximum scripted delay, in ms. */
const MAX_DELAY_MS = 600_000;
const count = (minimum: number, maximum: number, unit: string): z.ZodMiniNumber<number> => {
  const expected = `expected a whole number of ${unit} from ${minimum} to ${maximum}`;
  return z.int(expected).check(z.minimum(minimum, expected), z.maximum(maximum, expected));
};

const fault = z.discriminatedUnion(
  'kind',
  [
    /** The proxy answers; the request is not forwarded. */
    z.strictObject({
      kind: z.literal('status'),
      status: count(200, 599, 'an HTTP status'),
      retryAfterSeconds: z.optional(count(0, 3_600, 'seconds')),
      body: z.optional(z.string('expected text')),
    }),
    /** Forwards after the delay, even if the client has stopped waiting. */
    z.strictObject({ kind: z.literal('delay'), delayMs: count(0, MAX_DELAY_MS, 'milliseconds') }),
    /** Forwards; once the upstream has answered, the client's connection is destroyed. */
    z.strictObject({ kind: z.literal('drop_reply') }),
    /** Destroys the client's connection; nothing is forwarded. */
    z.strictObject({ kind: z.literal('drop_request') }),
    /** Forwards; once the upstream has answered, the process at the client's end is killed. */
    z.strictObject({ kind: z.literal('kill_client') }),
  ],
  'expected one of status, delay, drop_reply, drop_request, kill_client',
);

/** Targets to which the proxy forwards. */
const TARGETS = [...HTTP_PROVIDERS, 'dynamodb'] as const;

/** Body of `POST /_control/faults`. */
export const faultRuleSchema = z.strictObject({
  target: z.enum(
    TARGETS,
    `expected ${new Intl.ListFormat('en-GB', { type: 'disjunction' }).format(TARGETS)}`,
  ),
  /** HTTP method; @default every method */
  method: z.optional(
    z.string('expected an HTTP method').check(z.regex(/^[A-Z]+$/, 'expected capital letters')),
  ),
  /** The whole path, or a prefix followed by `*`. A DynamoDB path is `/<operation>`: `/PutItem`. */
  path: z
    .string('expected a path')
    .check(z.regex(/^\/[^*]*\*?$/, 'expected a path like /api/chat.postMessage, /crm/* or /PutItem')),
  /** Text that the body must contain, either as sent or after form decoding. */
  bodyIncludes: z.optional(
    z.string('expected text').check(z.minLength(1, 'expected at least one character')),
  ),
  fault,
  /** Number of requests that fail; later ones pass. @default 1 */
  times: z.optional(count(1, 1_000_000, 'times')),
  /** Only each n-th matching request fails; the others are checked against the next rule. @default 1: each of them */
  every: z.optional(count(1, 1_000, 'requests')),
});

/** A rule as given. */
export type FaultRule = z.infer<typeof faultRuleSchema>;
/** How a request fails. */
export type Fault = FaultRule['fault'];
/** The service to which a request is sent. */
export type FaultTarget = FaultRule['target'];

/** A rule with the number of times it has applied. */
export interface FaultRecord extends FaultRule {
  readonly id: number;
  readonly times: number;
  readonly hits: number;
  /** Number of requests that matched before the rule was used up, including hits. */
  readonly matched: number;
}

/** The text that `bodyIncludes` searches: the body as received and, if it is a form, its decoded text. */
const searchedTextOf = ({ headers, body }: ServerRequest): string => {
  const text = body.toString('utf8');
  const isForm = headers['content-type']?.startsWith('application/x-www-form-urlencoded') === true;
  return isForm ? [text, ...new URLSearchParams(text).values()].join('\n') : text;
};

const DYNAMODB_TARGET = 'DynamoDB_20120810.';

/** Whether it is a request to DynamoDB. All of them are a POST of `/` with the operation in a header. */
export const isDynamoDb = ({ headers }: Pick<ServerRequest, 'headers'>): boolean =>
  String(headers['x-amz-target']).startsWith(DYNAMODB_TARGET);

/** The path of a request in rules and in the log. */
export const faultPathOf = (target: FaultTarget, { path, headers }: ServerRequest): string =>
  target === 'dynamodb' ? `/${String(headers['x-amz-target']).slice(DYNAMODB_TARGET.length)}` : path;

const matchesPath = (pattern: string, path: string): boolean =>
  pattern.endsWith('*') ? path.startsWith(pattern.slice(0, -1)) : path === pattern;

const matches = (
  rule: FaultRule,
  target: FaultTarget,
  request: ServerRequest,
  text: () => string,
): boolean => {
  if (rule.target !== target || !matchesPath(rule.path, faultPathOf(target, request))) return false;
  if (rule.method !== undefined && rule.method !== request.method) return false;
  return rule.bodyIncludes === undefined || text().includes(rule.bodyIncludes);
};

/** The rules of one proxy, oldest first. The first rule that matches and is not used up applies. */
export class FaultScript {
  #rules: readonly FaultRecord[] = [];
  #lastId = 0;

  /** Adds a rule after the others. */
  add(rule: FaultRule): FaultRecord {
    this.#lastId += 1;
    const record = { ...rule, times: rule.times ?? 1, id: this.#lastId, hits: 0, matched: 0 };
    this.#rules = [...this.#rules, record];
    return record;
  }

  /** All rules, used up or not. */
  list(): readonly FaultRecord[] {
    return this.#rules;
  }

  /** Deletes one rule; returns whether it existed. */
  remove(id: number): boolean {
    const before = this.#rules.length;
    this.#rules = this.#rules.filter((rule) => rule.id !== id);
    return this.#rules.length < before;
  }

  /** Deletes all rules. */
  clear(): void {
    this.#rules = [];
  }

  /** The fault for this request, which counts as a hit; `undefined` if the request passes. */
  take(target: FaultTarget, request: ServerRequest): Fault | undefined {
    let taken: Fault | undefined;
    // Computed once for all rules, and only if a rule needs it: a load has a rule for every third of its actions.
    let text: string | undefined;
    const searched = (): string => (text ??= searchedTextOf(request));
    this.#rules = this.#rules.map((rule) => {
      if (taken !== undefined || rule.hits >= rule.times || !matches(rule, target, request, searched))
        return rule;
      const matched = rule.matched + 1;
      if (matched % (rule.every ?? 1) !== 0) return { ...rule, matched };
      taken = rule.fault;
      return { ...rule, matched, hits: rule.hits + 1 };
    });
    return taken;
  }
}
