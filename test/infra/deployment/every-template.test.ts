/**
 * What CloudFormation or IAM would refuse in the templates of every stage and option. One file, because to synthesise all of them
 * takes some seconds.
 */
import { describe, expect, it } from 'vitest';
import { cyclicIdsOf } from './dependency-graph.ts';
import { templatesOf, VARIANTS } from '../template-variants.ts';

const DEPLOYMENTS = VARIANTS.map((variant) => ({ ...variant, templates: templatesOf(variant) }));

describe.each(DEPLOYMENTS)('the templates of $name', ({ templates }) => {
  it('can be created in some order', () => {
    const cyclic = templates.map(({ stack, template }) => [stack, cyclicIdsOf(template)]);

    expect(cyclic.length).toBeGreaterThan(0);
    expect(cyclic).toEqual(cyclic.map(([stack]) => [stack, []]));
  });
});

/** Keys that a request carries once. */
const SINGLE_VALUED = [
  'aws:PrincipalArn',
  'aws:SecureTransport',
  'aws:SourceAccount',
  'aws:SourceArn',
  'kms:EncryptionContext:SourceArn',
  'kms:EncryptionContext:aws:logs:arn',
  'kms:EncryptionContext:aws:states:stateMachineArn',
  'kms:ViaService',
];
/** Keys that a request may carry several times: an operator without `ForAnyValue` or `ForAllValues` does not match them. */
const MULTI_VALUED = ['states:StateMachineQualifier'];

/** What `Condition` of a statement says, one pair for each key. */
const conditionsIn = (value: unknown): readonly (readonly [operator: string, key: string])[] => {
  if (typeof value !== 'object' || value === null) return [];
  const own = 'Effect' in value && 'Condition' in value ? Object.entries(Object(value.Condition)) : [];
  return [
    ...own.flatMap(([operator, keys]) => Object.keys(Object(keys)).map((key) => [operator, key] as const)),
    ...Object.values(value).flatMap(conditionsIn),
  ];
};

const conditions = DEPLOYMENTS.flatMap(({ templates }) =>
  templates.flatMap(({ template }) => conditionsIn(template)),
);

describe('conditions of policies', () => {
  it('use keys of which it is known whether a request carries one value or several', () => {
    const used = new Set(conditions.map(([, key]) => key));

    expect(used).toEqual(new Set([...SINGLE_VALUED, ...MULTI_VALUED]));
  });

  it('compare keys of several values by a set operator, and no others', () => {
    const bySet = conditions.filter(([operator]) => /^For(?:Any|All)Values?:/.test(operator));
    const ofSeveral = conditions.filter(([, key]) => MULTI_VALUED.includes(key));

    expect(ofSeveral.length).toBeGreaterThan(0);
    expect(bySet).toEqual(ofSeveral);
  });
});

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

describe.each(DEPLOYMENTS)('after a failed first deployment of $name', ({ stage, templates }) => {
  const resources = templates.flatMap(({ template }) => Object.values(template.Resources).map(keptIn));

  it('nothing is left under a name that the next one needs', () => {
    const named = resources.filter(({ names }) => names.length > 0);

    expect(named.length).toBeGreaterThan(30);
    expect(named.filter(({ policy }) => policy === 'Retain')).toEqual([]);
  });

  it('only what may refuse to be deleted, and what executions in flight call, is left at all', () => {
    const left = new Set(resources.filter(({ policy }) => policy === 'Retain').map(({ type }) => type));
    const always =
      stage === 'local'
        ? []
        : ['AWS::Lambda::Alias', 'AWS::Lambda::Version', 'AWS::StepFunctions::StateMachineVersion'];
    const protectedOnes = stage === 'prod' ? ['AWS::DynamoDB::GlobalTable', 'AWS::S3::Bucket'] : [];

    expect(left).toEqual(new Set([...always, ...protectedOnes]));
  });
});
