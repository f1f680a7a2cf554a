/**
 * Errors in the templates of every stage and option that CloudFormation or IAM would refuse. One file, because the synthesis of all
 * templates takes some seconds.
 */
import { describe, expect, it } from 'vitest';
import { cyclicIdsOf } from './dependency-graph.ts';
import { templatesOf, VARIANTS } from '../template-variants.ts';

const DEPLOYMENTS = VARIANTS.map((variant) => ({ ...variant, templates: templatesOf(variant) }));

describe.each(DEPLOYMENTS)('the templates of $name', ({ templates }) => {
  it('have no dependency cycle', () => {
    const cyclic = templates.map(({ stack, template }) => [stack, cyclicIdsOf(template)]);

    expect(cyclic.length).toBeGreaterThan(0);
    expect(cyclic).toEqual(cyclic.map(([stack]) => [stack, []]));
  });
});

/** Keys with a single value in a request. */
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
/** Keys with several values in a request: an operator without `ForAnyValue` or `ForAllValues` does not match them. */
const MULTI_VALUED = ['states:StateMachineQualifier'];

/** The conditions of a statement, one pair for each key. */
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
  it('use only keys that are known as single-valued or multi-valued', () => {
    const used = new Set(conditions.map(([, key]) => key));

    expect(used).toEqual(new Set([...SINGLE_VALUED, ...MULTI_VALUED]));
  });

  it('use a set operator exactly for multi-valued keys', () => {
    const bySet = conditions.filter(([operator]) => /^For(?:Any|All)Values?:/.test(operator));
    const ofSeveral = conditions.filter(([, key]) => MULTI_VALUED.includes(key));

    expect(ofSeveral.length).toBeGreaterThan(0);
    expect(bySet).toEqual(ofSeveral);
  });
});

/** Properties with the name of a resource, or with the end of its physical id. */
const NAMING = /^(?:Name|AliasName|[A-Z][A-Za-z]*Name)$/;
/** Properties with such an ending that name another resource or nothing. */
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
  /** Fixed names, which are the same in each deployment. */
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

  it('no resource remains with a name that the next one needs', () => {
    const named = resources.filter(({ names }) => names.length > 0);

    expect(named.length).toBeGreaterThan(30);
    expect(named.filter(({ policy }) => policy === 'Retain')).toEqual([]);
  });

  it('only resources that may refuse deletion, and those that running executions call, remain', () => {
    const left = new Set(resources.filter(({ policy }) => policy === 'Retain').map(({ type }) => type));
    const always =
      stage === 'local'
        ? []
        : ['AWS::Lambda::Alias', 'AWS::Lambda::Version', 'AWS::StepFunctions::StateMachineVersion'];
    const protectedOnes = stage === 'prod' ? ['AWS::DynamoDB::GlobalTable', 'AWS::S3::Bucket'] : [];

    expect(left).toEqual(new Set([...always, ...protectedOnes]));
  });
});
