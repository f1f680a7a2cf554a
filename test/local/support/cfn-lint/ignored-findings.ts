/** What cfn-lint says of the templates and is not so; each with its reason. */

/** A finding that is passed over. */
export interface IgnoredFinding {
  readonly rule: string;
  /** Part of its message. */
  readonly about: string;
  readonly reason: string;
}

/** Every one; a test fails for one that nothing matches any more. */
export const IGNORED_FINDINGS: readonly IgnoredFinding[] = [
  {
    rule: 'W3005',
    about: 'dependency already enforced by',
    reason:
      'The construct library lets functions and state machines wait for role and policy by name, beside the reference to the role.',
  },
  {
    rule: 'E1017',
    about: 'Fn::GetStackOutput',
    reason:
      'CloudFormation takes Fn::GetStackOutput wherever it takes a text; cfn-lint does not know it inside Fn::Select.',
  },
  {
    rule: 'E1022',
    about: 'Fn::GetStackOutput',
    reason:
      'CloudFormation takes Fn::GetStackOutput wherever it takes a text; cfn-lint does not know it inside Fn::Join.',
  },
  {
    rule: 'E1029',
    about: 'RunActionFunctionArnSuffix',
    reason:
      'DefinitionSubstitutions fill it in; on the local stage with an empty text, which cfn-lint takes for an absent one.',
  },
];
