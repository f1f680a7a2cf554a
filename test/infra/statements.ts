/** Statements of the templates' policies, in a form to compare. */
import type { Synthesis } from './synthesis.ts';

/** A statement of a policy document in the template. */
export interface Statement {
  readonly Effect: string;
  readonly Action: string | readonly string[];
  readonly Resource: unknown;
  readonly Condition?: unknown;
}

/** A statement with expanded lists; a resource is the text of its template expression. */
export interface Grant {
  readonly actions: readonly string[];
  readonly resources: readonly string[];
  readonly condition: string;
}

const listOf = (value: unknown): readonly unknown[] => (Array.isArray(value) ? value : [value]);

/** The statements of a policy document. */
export const statementsOf = (document: unknown): readonly Statement[] => {
  const statements: unknown = Object(document)['Statement'];
  return Array.isArray(statements) ? statements : [];
};

/** The grant of a statement. */
export const grantOf = ({ Action, Resource, Condition }: Statement): Grant => ({
  actions: listOf(Action).map(String),
  resources: listOf(Resource).map((resource) =>
    typeof resource === 'string' ? resource : JSON.stringify(resource),
  ),
  condition: JSON.stringify(Condition ?? {}),
});

/** Logical id of the role that an expression refers to. */
export const roleIdOf = (role: unknown): string => String(Object(role)['Fn::GetAtt'][0]);

/** The grants of a role's policies. */
export const grantsOfRole = ({ ofType }: Synthesis, roleId: string): readonly Grant[] =>
  ofType('AWS::IAM::Policy')
    .filter(([, policy]) => JSON.stringify(policy.Properties['Roles']) === JSON.stringify([{ Ref: roleId }]))
    .flatMap(([, policy]) => statementsOf(policy.Properties['PolicyDocument']))
    .map(grantOf);

/** The logical id without its hash, or the kind of the machine's ARN. */
export const placeOf = (resource: string): string => {
  if (resource.includes(':execution:')) return 'executions';
  if (resource.includes(':stateMachine:')) return 'machine';
  if (resource.includes(':parameter/')) return 'operators';
  return /"Fn::GetAtt":\["([A-Za-z]+?)[0-9A-F]{8}"/.exec(resource)?.[1] ?? resource;
};
