/** What a failed first deployment leaves behind. */
import { describe, expect, it } from 'vitest';
import { templatesOf, VARIANTS } from './template-variants.ts';

/** Properties that give a resource its name, or the end of the one that CloudFormation knows. */
const NAMING = /^(?:Name|AliasName|[A-Z][A-Za-z]*Name)$/;
/** Properties that end so and name another resource, or nothing. */
const OF_OTHERS: Readonly<Record<string, readonly string[]>> = {
  'AWS::Lambda::Alias': ['FunctionName'],
  'AWS::Lambda::EventInvokeConfig': ['FunctionName'],
  'AWS::Lambda::EventSourceMapping': ['FunctionName'],
  'AWS::Lambda::Permission': ['FunctionName'],
  'AWS::Lambda::Version': ['FunctionName'],
  'AWS::CloudWatch::Alarm': ['MetricName'],
};

interface Kept {
  readonly type: string;
  readonly policy: unknown;
  /** Fixed names: those that are the same in each deployment. */
  readonly names: readonly string[];
}

const keptIn = (resource: Readonly<Record<string, unknown>>): Kept => {
  const type = String(resource['Type']);
  const named = Object.entries(Object(resource['Properties'])).filter(
    ([property]) => NAMING.test(property) && OF_OTHERS[type]?.includes(property) !== true,
  );
  const names = named.flatMap(([, name]) => (typeof name === 'string' ? [name] : []));
  return { type, policy: resource['DeletionPolicy'], names };
};

const resourcesOf = (variant: (typeof VARIANTS)[number]): readonly Kept[] =>
  templatesOf(variant).flatMap(({ template }) => Object.values(template.Resources).map(keptIn));

describe.each(VARIANTS)('after a failed first deployment of $name', (variant) => {
  const resources = resourcesOf(variant);

  it('nothing is left under a name that the next one needs', () => {
    const named = resources.filter(({ names }) => names.length > 0);

    expect(named.length).toBeGreaterThan(30);
    expect(named.filter(({ policy }) => policy === 'Retain')).toEqual([]);
  });

  it('only what may refuse to be deleted, and what executions in flight call, is left at all', () => {
    const left = new Set(resources.filter(({ policy }) => policy === 'Retain').map(({ type }) => type));
    const always =
      variant.stage === 'local'
        ? []
        : ['AWS::Lambda::Alias', 'AWS::Lambda::Version', 'AWS::StepFunctions::StateMachineVersion'];
    const protectedOnes = variant.stage === 'prod' ? ['AWS::DynamoDB::GlobalTable', 'AWS::S3::Bucket'] : [];

    expect(left).toEqual(new Set([...always, ...protectedOnes]));
  });
});
