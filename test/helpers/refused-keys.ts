/** Start keys that AWS refuses and the engines of the tests accept. */
import type { DynamoDBDocumentClient } from '@aws-sdk/lib-dynamodb';
import * as z from 'zod/mini';

/** Most bytes of a partition key. */
const MAX_KEY_BYTES = 2_048;

const keySchema = z.object({
  taskId: z.optional(z.string()),
  id: z.optional(z.string()),
  dueAtMs: z.optional(z.unknown()),
});
const readSchema = z.object({
  ExclusiveStartKey: keySchema,
  ExpressionAttributeValues: z.optional(z.object({ ':until': z.optional(z.number()) })),
});

const isNoKey = (text: string): boolean => text === '' || text.length > MAX_KEY_BYTES;

/** Whether a start key is invalid, or after the end of the query. */
function isRefused(input: unknown): boolean {
  const parsed = readSchema.safeParse(input);
  if (!parsed.success) return false;
  const { ExclusiveStartKey: key, ExpressionAttributeValues: values } = parsed.data;
  const untilMs = values?.[':until'] ?? Number.POSITIVE_INFINITY;
  return isNoKey(key.taskId ?? key.id ?? '') || Number(key.dueAtMs ?? 0) > untilMs;
}

/** Makes a client's reads refuse these keys like AWS. */
export function refuseKeysAsAws(client: DynamoDBDocumentClient): void {
  client.middlewareStack.add(
    (next) => (args) => {
      if (!isRefused(args.input)) return next(args);
      throw Object.assign(new Error('The provided starting key is invalid'), { name: 'ValidationException' });
    },
    { step: 'initialize', priority: 'high' },
  );
}
