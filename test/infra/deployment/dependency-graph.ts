/**
 * The order in which CloudFormation must create the resources of a template. `Template.fromStack` reads only properties and `DependsOn`;
 * CloudFormation reads the whole resource, including `UpdatePolicy` and `CreationPolicy`.
 */

/** The part of a template that the order depends on. */
export interface OrderedTemplate {
  /** Resources by logical id. */
  readonly Resources: Readonly<Record<string, Readonly<Record<string, unknown>>>>;
}

/** For each resource, the resources that must exist before it. */
export type DependencyGraph = ReadonlyMap<string, ReadonlySet<string>>;

const asList = (value: unknown): readonly unknown[] => (Array.isArray(value) ? value : [value]);

/** `Id` of `Id.Attribute`. */
const idOf = (attribute: unknown): string => String(attribute).split('.')[0] ?? '';

/** The names in `${Id}` and `${Id.Attribute}`, without the expression's own variables and `${!Literal}`. */
const namesInSub = (argument: unknown): readonly string[] => {
  const [text, variables] = asList(argument);
  const own = Object.keys(Object(variables));
  return [...String(text).matchAll(/\$\{([^!}][^}]*)\}/g)]
    .map(([, name]) => String(name))
    .filter((name) => !own.includes(name))
    .map(idOf);
};

const REFERENCES: Readonly<Record<string, (argument: unknown) => readonly string[]>> = {
  Ref: (argument) => [String(argument)],
  'Fn::GetAtt': (argument) => [idOf(asList(argument)[0])],
  'Fn::Sub': namesInSub,
};

/** Every name in an expression: resources, and parameters like `AWS::Region`. */
const namesIn = (value: unknown): readonly string[] => {
  if (typeof value !== 'object' || value === null) return [];
  if (Array.isArray(value)) return value.flatMap(namesIn);
  return Object.entries(value).flatMap(([key, argument]) => [
    ...(REFERENCES[key]?.(argument) ?? []),
    ...namesIn(argument),
  ]);
};

/** The graph of a template. Metadata does not affect the order. */
export const dependencyGraphOf = ({ Resources }: OrderedTemplate): DependencyGraph =>
  new Map(
    Object.entries(Resources).map(([id, { Metadata: _metadata, DependsOn = [], ...rest }]) => [
      id,
      new Set([...asList(DependsOn).map(String), ...namesIn(rest)].filter((name) => name in Resources)),
    ]),
  );

/** The graph without the resources that have no remaining dependency. */
const withoutCreatable = (graph: DependencyGraph): DependencyGraph => {
  const left = new Map([...graph].filter(([, before]) => [...before].some((id) => graph.has(id))));
  return left.size === graph.size ? graph : withoutCreatable(left);
};

const reversed = (graph: DependencyGraph): DependencyGraph =>
  new Map(
    [...graph.keys()].map((id) => [
      id,
      new Set([...graph].filter(([, before]) => before.has(id)).map(([after]) => after)),
    ]),
  );

/** Logical ids of the resources in a cycle, or on a way from one cycle to another; sorted. */
export const cyclicIdsOf = (template: OrderedTemplate): readonly string[] => {
  const neverCreatable = withoutCreatable(dependencyGraphOf(template));
  return [...withoutCreatable(reversed(neverCreatable)).keys()].toSorted();
};
