/** Conditions of policies, by how IAM compares their keys. */
import { describe, expect, it } from 'vitest';
import { templatesOf, VARIANTS } from './template-variants.ts';

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

const conditions = VARIANTS.flatMap((variant) =>
  templatesOf(variant).flatMap(({ template }) => conditionsIn(template)),
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
