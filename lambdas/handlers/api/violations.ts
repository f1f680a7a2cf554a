/** Issues of a schema as field errors: where (JSON Pointer) and what was expected there, never what was sent. */
import type * as z from 'zod/mini';
import type { FieldViolation } from '../../domain/errors.ts';

type Issue = z.core.$ZodIssue;

/** RFC 6901: `~` and `/` are escaped. */
export const pointerOf = (path: readonly PropertyKey[]): string =>
  path.map((part) => `/${String(part).replaceAll('~', '~0').replaceAll('/', '~1')}`).join('');

const UNIT_BY_ORIGIN: Readonly<Record<string, string>> = { string: ' characters', array: ' items' };
const bound = (origin: string, limit: number | bigint): string => `${limit}${UNIT_BY_ORIGIN[origin] ?? ''}`;

const oneOf = (values: readonly unknown[]): string => `expected one of: ${values.map(String).join(', ')}`;

function expectedOf(issue: Issue): string {
  // zod/mini carries no texts of its own: what starts so was written in a schema.
  if (issue.message.startsWith('expected')) return issue.message;
  switch (issue.code) {
    case 'invalid_type':
      return issue.expected === 'int'
        ? 'expected a whole number'
        : `expected a value of type ${issue.expected}`;
    case 'too_small':
      return `expected at least ${bound(issue.origin, issue.minimum)}`;
    case 'too_big':
      return `expected at most ${bound(issue.origin, issue.maximum)}`;
    case 'invalid_format':
      return issue.format === 'datetime'
        ? 'expected a UTC instant like 2026-01-31T12:00:00Z'
        : `expected the format ${issue.format}`;
    case 'invalid_value':
      return oneOf(issue.values);
    case 'invalid_union':
      return 'options' in issue && Array.isArray(issue.options)
        ? oneOf(issue.options)
        : 'expected one of the documented shapes';
    case 'unrecognized_keys':
      return 'expected no such field';
    case 'custom':
    case 'invalid_element':
    case 'invalid_key':
    case 'not_multiple_of':
      return 'expected a value as documented';
  }
}

const violationsOf = (issue: Issue): readonly FieldViolation[] =>
  issue.code === 'unrecognized_keys'
    ? issue.keys.map((key) => ({ pointer: pointerOf([...issue.path, key]), expected: expectedOf(issue) }))
    : [{ pointer: pointerOf(issue.path), expected: expectedOf(issue) }];

/** Every field that a schema does not accept, unknown ones by name. */
export const fieldViolations = (error: z.core.$ZodError): readonly FieldViolation[] =>
  error.issues.flatMap(violationsOf);
