/** Errors in the API's answers. */
import * as z from 'zod/mini';
import { counter, MAX_FIELD_ERRORS, text } from './api.ts';
import { taskErrorSchema } from './records.ts';

/** One wrong field. */
export const fieldErrorSchema = z.union([
  z.strictObject({
    pointer: text('JSON Pointer into the body'),
    expected: text('What was expected there'),
  }),
  z.strictObject({
    parameter: text('Name of the header, query or path parameter'),
    expected: text('What was expected there'),
  }),
]);
/** One wrong field. */
export type FieldError = z.infer<typeof fieldErrorSchema>;

/** Every error, as in RFC 9457. The request is not echoed, except the names of its fields, and a well-formed id and key. */
export const problemSchema = z.strictObject({
  type: text('`urn:quoteq:problem:<code>`, stable'),
  title: text('Text of the code'),
  status: z.int().check(z.minimum(400), z.maximum(599)),
  detail: text('What was expected, or what happened'),
  instance: text('`urn:quoteq:request:<id>`: names this request in the logs'),
  code: taskErrorSchema.shape.code,
  errors: z.optional(z.array(fieldErrorSchema).check(z.maxLength(MAX_FIELD_ERRORS))),
  errorsOmitted: z.optional(counter('How many more errors there are')),
});
/** An error as the API shows it. */
export type Problem = z.infer<typeof problemSchema>;
