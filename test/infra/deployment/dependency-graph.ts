/**
 * The order in which CloudFormation must create the resources of a template. `Template.fromStack` looks at properties and
 * `DependsOn` only; CloudFormation looks at the whole resource, at `UpdatePolicy` and `CreationPolicy` too.
 */

/** The part of a template that the order depends on. */
export interface OrderedTemplate {
  /** Resources by logical id. */
  readonly Resources: Readonly<Record<string, Readonly<Record<string, unknown>>>>;
}

/** For each resource those that must exist before it. */
export type DependencyGraph = ReadonlyMap<string, ReadonlySet<string>>;

const asList = (value: unknown): readonly unknown[] => (Array.isArray(value) ? value : [value]);

/** `Id` of `Id.Attribute`. */
const idOf = (attribute: unknown): string => String(attribute).split('.')[0] ?? '';

/** What `${Id}` and `${Id.Attribute}` name, without the variables that the expression defines itself and `${!Literal}`. */
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

/** Every name that an expression refers to: resources, and parameters like `AWS::Region`. */
const namesIn = (value: unknown): readonly string[] => {
  if (typeof value !== 'object' || value === null) return [];
  if (Array.isArray(value)) return value.flatMap(namesIn);
  return Object.entries(value).flatMap(([key, argument]) => [
    ...(REFERENCES[key]?.(argument) ?? []),
    ...namesIn(argument),
  ]);
};

/** The graph of a template. Metadata orders nothing. */
export const dependencyGraphOf = ({ Resources }: OrderedTemplate): DependencyGraph =>
  new Map(
    Object.entries(Resources).map(([id, { Metadata: _metadata, DependsOn = [], ...rest }]) => [
      id,
      new Set([...asList(DependsOn).map(String), ...namesIn(rest)].filter((name) => name in Resources)),
    ]),
  );

/** The graph without the resources of which no other one is left that must exist before them. */
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
