/** The form of a task's id: derived from quote and idempotency key. */
import * as z from 'zod/mini';

/** A task's id within other text, as the source of a regular expression. */
export const TASK_ID_FORM = 'task-[0-9a-f]{40}';

/** A task's id and nothing else. */
export const taskIdSchema = z
  .string()
  .check(z.regex(new RegExp(`^${TASK_ID_FORM}$`), 'expected task- and 40 hexadecimal digits'));
