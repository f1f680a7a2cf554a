/** Opaque cursors: the last key of a page, bound to the quote they were made for. */
import * as z from 'zod/mini';
import { QueueError } from '../../domain/errors.ts';

const keySchema = z.strictObject({ taskId: z.string(), quoteId: z.string(), createdAtMs: z.int() });
type PageKey = z.infer<typeof keySchema>;

const invalid = (): QueueError =>
  new QueueError('REQUEST_INVALID', { detail: 'cursor: expected a cursor of an earlier page of this quote' });

/** A cursor for the page after `key`. */
export const encodeCursor = (key: Record<string, unknown>): string =>
  Buffer.from(JSON.stringify(key), 'utf8').toString('base64url');

/** @throws {QueueError} `REQUEST_INVALID` when it is not a cursor of this quote */
export function decodeCursor(cursor: string, quoteId: string): PageKey {
  let value: unknown;
  try {
    value = JSON.parse(Buffer.from(cursor, 'base64url').toString('utf8'));
  } catch {
    throw invalid();
  }
  const parsed = keySchema.safeParse(value);
  if (!parsed.success || parsed.data.quoteId !== quoteId) throw invalid();
  return parsed.data;
}
