/** Opaque cursors: the last key of a page, bound to its quote. */
import { NumberValue } from '@aws-sdk/lib-dynamodb';
import * as z from 'zod/mini';
import { QueueError } from '../../../shared/domain/errors.ts';

/** Maximum key of an item, in bytes of UTF-8. */
const MAX_KEY_BYTES = 2_048;
/** A number as DynamoDB writes it, within its 38 digits. */
const EXACT_NUMBER = /^-?(?=\d{1,38}0*(?:\.|$)|0\.0*\d{1,38}$)\d+(?:\.\d+)?$/;
const MAX_NUMBER_LENGTH = 130;

/** The possible keys of the index, including those of damaged tasks, because a list must get past them. */
const keySchema = z.strictObject({
  taskId: z.string().check(
    z.minLength(1),
    z.refine<string>((id) => id.isWellFormed() && Buffer.byteLength(id) <= MAX_KEY_BYTES),
  ),
  quoteId: z.string(),
  /** As text if JavaScript cannot represent the number. */
  createdAtMs: z.union([
    z.number().check(z.refine<number>((value) => Math.abs(value) <= Number.MAX_SAFE_INTEGER)),
    z.string().check(z.maxLength(MAX_NUMBER_LENGTH), z.regex(EXACT_NUMBER)),
  ]),
});

interface PageKey {
  readonly taskId: string;
  readonly quoteId: string;
  readonly createdAtMs: number | NumberValue;
}

const invalid = (): QueueError =>
  new QueueError('REQUEST_INVALID', { detail: 'cursor: expected a cursor of an earlier page of this quote' });

const plain = (value: unknown): unknown => (value instanceof NumberValue ? value.toString() : value);

/** A cursor for the page after `key`, which has the fields of {@link PageKey}. */
export function encodeCursor({ taskId, quoteId, createdAtMs }: Record<string, unknown>): string {
  const key = { taskId, quoteId, createdAtMs: plain(createdAtMs) };
  return Buffer.from(JSON.stringify(key), 'utf8').toString('base64url');
}

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
  const { createdAtMs, ...key } = parsed.data;
  return {
    ...key,
    createdAtMs: typeof createdAtMs === 'number' ? createdAtMs : NumberValue.from(createdAtMs),
  };
}
