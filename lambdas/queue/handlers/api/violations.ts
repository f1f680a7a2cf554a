/** Issues of a schema as field errors: where (JSON Pointer) and what was expected there, never what was sent. */
import { fieldIssues, type SchemaError } from '../../../shared/contracts/field-issues.ts';
import type { FieldViolation } from '../../../shared/domain/errors.ts';

/** RFC 6901: `~` and `/` are escaped. */
export const pointerOf = (path: readonly PropertyKey[]): string =>
  path.map((part) => `/${String(part).replaceAll('~', '~0').replaceAll('/', '~1')}`).join('');

/** Every field that a schema does not accept, unknown ones by name. */
export const fieldViolations = (error: SchemaError): readonly FieldViolation[] =>
  fieldIssues(error).map(({ path, expected }) => ({ pointer: pointerOf(path), expected }));
