/**
 * A template cannot be used: it does not compile, or its folder holds what it must not. The message says what, with file and
 * line.
 */
export class TemplateRefused extends Error {
  override readonly name = 'TemplateRefused';
}
