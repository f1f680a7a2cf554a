/**
 * The API's answers as the command line reads them. While traffic shifts to a release, and after a rollback, the answers can
 * come from another release than the command. Unknown fields are ignored, and a field that the previous release does not send
 * may be absent. The API itself and its tests stay strict: `lambdas/queue/contracts/api.ts`.
 */
import * as z from 'zod/mini';
import { taskErrorViewSchema, taskPageSchema, taskViewSchema } from '../../lambdas/queue/contracts/api.ts';

const { firstStep } = taskErrorViewSchema.shape;

/** A task, of this release or the previous one. */
export const answeredTaskSchema = z.extend(taskViewSchema, {
  error: z.optional(z.extend(taskErrorViewSchema, { firstStep: z.optional(firstStep) })),
});
/** A task, of this release or the previous one. */
export type AnsweredTask = z.infer<typeof answeredTaskSchema>;

/** A page of a quote's tasks, of this release or the previous one. Pages of the previous release do not name damaged tasks. */
export const answeredPageSchema = z.extend(taskPageSchema, { tasks: z.array(answeredTaskSchema) });

const isObject = (value: unknown): value is Record<PropertyKey, unknown> =>
  typeof value === 'object' && value !== null;

function withoutUnknown(body: unknown, issues: readonly z.core.$ZodIssue[]): unknown {
  const known: unknown = structuredClone(body);
  for (const issue of issues) {
    if (issue.code !== 'unrecognized_keys') continue;
    const holder = issue.path.reduce<unknown>(
      (value, key) => (isObject(value) ? value[key] : undefined),
      known,
    );
    if (isObject(holder)) for (const key of issue.keys) Reflect.deleteProperty(holder, key);
  }
  return known;
}

/**
 * Parses the body with a strict schema and ignores fields that the schema does not know; `undefined` if the body does not
 * match.
 */
export function readAnswer<T>(body: unknown, schema: z.ZodMiniType<T>): T | undefined {
  const strict = schema.safeParse(body);
  if (strict.success) return strict.data;
  return schema.safeParse(withoutUnknown(body, strict.error.issues)).data;
}
