/** Stored records in the shape that this code knows. */
import { fieldIssuesText, type Schema } from '../contracts/field-issues.ts';
import { QueueError } from './errors.ts';

/**
 * The record as its schema knows it.
 * @param called what people call it, at the head of the error
 * @throws {QueueError} `STORED_RECORD_INVALID` naming each field and what was expected there, never what is stored
 */
export function storedRecord<T>(called: string, schema: Schema<T>, record: unknown): T {
  const parsed = schema.safeParse(record);
  if (parsed.success) return parsed.data;
  throw new QueueError('STORED_RECORD_INVALID', {
    detail: `${called}: ${fieldIssuesText(parsed.error)}`,
    cause: parsed.error,
  });
}
