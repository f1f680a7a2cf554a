/** The script of a fault proxy: which requests fail how, how many times. */
import * as z from 'zod/mini';
import type { ServerRequest } from './http-server.ts';

/** Longest scripted delay, in ms. */
const MAX_DELAY_MS = 600_000;
const count = (minimum: number, maximum: number, unit: string): z.ZodMiniNumber<number> => {
  const expected = `expected a whole number of ${unit} from ${minimum} to ${maximum}`;
  return z.int(expected).check(z.minimum(minimum, expected), z.maximum(maximum, expected));
};

const fault = z.discriminatedUnion(
  'kind',
  [
    /** Answers itself; the request is not forwarded. */
    z.strictObject({
      kind: z.literal('status'),
      status: count(200, 599, 'an HTTP status'),
      retryAfterSeconds: z.optional(count(0, 3_600, 'seconds')),
      body: z.optional(z.string('expected text')),
    }),
    /** Forwards after the delay, even when the client has given up by then. */
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

/** Body of `POST /_control/faults`. */
export const faultRuleSchema = z.strictObject({
  target: z.enum(['crm', 'slack'], 'expected crm or slack'),
  /** @default every method */
  method: z.optional(
    z.string('expected an HTTP method').check(z.regex(/^[A-Z]+$/, 'expected capital letters')),
  ),
  /** The whole path, or the beginning of one followed by `*`. */
  path: z
    .string('expected a path')
    .check(z.regex(/^\/[^*]*\*?$/, 'expected a path like /api/chat.postMessage or /crm/*')),
  /** Text that the body must hold, as it was sent or with its form encoding undone. */
  bodyIncludes: z.optional(
    z.string('expected text').check(z.minLength(1, 'expected at least one character')),
  ),
  fault,
  /** How many requests fail; later ones pass. @default 1 */
  times: z.optional(count(1, 1_000_000, 'times')),
});

/** A rule as given. */
export type FaultRule = z.infer<typeof faultRuleSchema>;
/** What happens to a request. */
export type Fault = FaultRule['fault'];
/** Where a request is going. */
export type FaultTarget = FaultRule['target'];

/** A rule with how often it has applied. */
export interface FaultRecord extends FaultRule {
  readonly id: number;
  readonly times: number;
  readonly hits: number;
}

const decodedForm = (request: ServerRequest): string => {
  const isForm = request.headers['content-type']?.startsWith('application/x-www-form-urlencoded') === true;
  return isForm ? [...new URLSearchParams(request.body.toString('utf8')).values()].join('\n') : '';
};

const matchesPath = (pattern: string, path: string): boolean =>
  pattern.endsWith('*') ? path.startsWith(pattern.slice(0, -1)) : path === pattern;

const matches = (rule: FaultRule, target: FaultTarget, request: ServerRequest): boolean => {
  if (rule.target !== target || !matchesPath(rule.path, request.path)) return false;
  if (rule.method !== undefined && rule.method !== request.method) return false;
  if (rule.bodyIncludes === undefined) return true;
  return request.body.includes(rule.bodyIncludes) || decodedForm(request).includes(rule.bodyIncludes);
};

/** The rules of one proxy, in order of their coming; the first that matches and is not used up applies. */
export class FaultScript {
  #rules: readonly FaultRecord[] = [];
  #lastId = 0;

  /** Adds a rule after the others. */
  add(rule: FaultRule): FaultRecord {
    this.#lastId += 1;
    const record = { ...rule, times: rule.times ?? 1, id: this.#lastId, hits: 0 };
    this.#rules = [...this.#rules, record];
    return record;
  }

  /** All rules, used up or not. */
  list(): readonly FaultRecord[] {
    return this.#rules;
  }

  /** Forgets all rules. */
  clear(): void {
    this.#rules = [];
  }

  /** The fault for this request, counted as a hit; `undefined`: it passes. */
  take(target: FaultTarget, request: ServerRequest): Fault | undefined {
    const hit = this.#rules.find((rule) => rule.hits < rule.times && matches(rule, target, request));
    if (hit === undefined) return undefined;
    this.#rules = this.#rules.map((rule) => (rule === hit ? { ...rule, hits: rule.hits + 1 } : rule));
    return hit.fault;
  }
}
