/** The problems that a schema finds in a value, as fields and what was expected of each; never the value itself. */
import type * as z from 'zod/mini';

/** A schema, for code that must not import the schema library. */
export type Schema<T> = z.ZodMiniType<T>;
/** Why a schema refused a value. */
export type SchemaError = z.core.$ZodError;
type Issue = z.core.$ZodIssue;

/** One field that its schema refuses. */
export interface FieldIssue {
  /** Where it is; empty for the whole value. */
  readonly path: readonly PropertyKey[];
  /** Text for people: `expected …`. */
  readonly expected: string;
}

const UNIT_BY_ORIGIN: Readonly<Record<string, string>> = { string: ' characters', array: ' items' };
const bound = (origin: string, limit: number | bigint): string => `${limit}${UNIT_BY_ORIGIN[origin] ?? ''}`;

const oneOf = (values: readonly unknown[]): string => `expected one of: ${values.map(String).join(', ')}`;

function expectedOf(issue: Issue): string {
  // zod/mini has no error texts, so a text that starts like this comes from one of our schemas.
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

const issuesOf = (issue: Issue): readonly FieldIssue[] =>
  issue.code === 'unrecognized_keys'
    ? issue.keys.map((key) => ({ path: [...issue.path, key], expected: expectedOf(issue) }))
    : [{ path: issue.path, expected: expectedOf(issue) }];

/** Every field that a schema refuses; unknown fields by their names. */
export const fieldIssues = (error: SchemaError): readonly FieldIssue[] => error.issues.flatMap(issuesOf);

/** The same in one line: `state: expected one of: …; history.0.atMs: expected a whole number`. */
export const fieldIssuesText = (error: SchemaError): string =>
  fieldIssues(error)
    .map(({ path, expected }) => `${path.map(String).join('.') || '(the whole)'}: ${expected}`)
    .join('; ');

/** RFC 6901: `~` and `/` are escaped. */
const pointerOf = (path: readonly PropertyKey[]): string =>
  path.map((part) => `/${String(part).replaceAll('~', '~0').replaceAll('/', '~1')}`).join('');

/** The same as field errors: where (JSON Pointer) and what was expected there, never what was sent. */
export const fieldViolations = (error: SchemaError) =>
  fieldIssues(error).map(({ path, expected }) => ({ pointer: pointerOf(path), expected }));
