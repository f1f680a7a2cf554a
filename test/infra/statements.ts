/** Statements of the templates' policies, in a form to compare. */

/** A statement of a policy document, as the template has it. */
export interface Statement {
  readonly Effect: string;
  readonly Action: string | readonly string[];
  readonly Resource: unknown;
  readonly Condition?: unknown;
}

/** A statement with its lists spelt out; a resource is the text of its template expression. */
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

/** The grant that a statement makes. */
export const grantOf = ({ Action, Resource, Condition }: Statement): Grant => ({
  actions: listOf(Action).map(String),
  resources: listOf(Resource).map((resource) =>
    typeof resource === 'string' ? resource : JSON.stringify(resource),
  ),
  condition: JSON.stringify(Condition ?? {}),
});
