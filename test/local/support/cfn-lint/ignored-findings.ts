/** Findings of cfn-lint that do not apply to the templates, each with its reason. */

/** A finding that the test ignores. */
export interface IgnoredFinding {
  readonly rule: string;
  /** Part of its message. */
  readonly about: string;
  readonly reason: string;
}

/** All of them. The test fails if no finding matches one. */
export const IGNORED_FINDINGS: readonly IgnoredFinding[] = [
  {
    rule: 'W3005',
    about: 'dependency already enforced by',
    reason:
      'The construct library adds DependsOn for role and policy, although the function or state machine refers to the role as well.',
  },
  {
    rule: 'E1029',
    about: 'RunActionFunctionArnSuffix',
    reason:
      'DefinitionSubstitutions has a value for it. On the local stage that value is empty, and cfn-lint treats an empty value as absent.',
  },
];
