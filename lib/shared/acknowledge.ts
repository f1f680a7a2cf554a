import { Stack, Token, Validations } from 'aws-cdk-lib';
import type { IRole } from 'aws-cdk-lib/aws-iam';
import type { IConstruct } from 'constructs';

/**
 * Accepts one finding of the AwsSolutions pack on one construct, for a stated reason. `finding` is the rule with its
 * detail, as the report prints it: `IAM5[Resource::*]`.
 */
export const acknowledge = (scope: IConstruct, finding: string, reason: string): void => {
  Validations.of(scope).acknowledge({ id: `AwsSolutions-${finding}`, reason });
};

/**
 * Accepts one wildcard in the policy of a role. `resource` is the ARN as the template has it: a token in it is printed
 * by the rule as `<LogicalId.Attribute>`, so pass it that way.
 */
export const acknowledgeWildcard = (role: IRole | undefined, resource: string, reason: string): void => {
  const policy = role?.node.tryFindChild('DefaultPolicy');
  if (policy === undefined) throw new TypeError(`role: expected one with a policy that names ${resource}`);
  acknowledge(policy, `IAM5[Resource::${resource}]`, reason);
};

/** An ARN as the rule prints it: a yet unknown account appears as `<AWS::AccountId>`. */
export const asReported = (scope: IConstruct, arn: string): string => {
  const { account } = Stack.of(scope);
  return Token.isUnresolved(account) ? arn.replaceAll(account, '<AWS::AccountId>') : arn;
};

/** Accepts a resource of the local stage that takes plain HTTP; see `isTlsOnly`. */
export const acknowledgePlainHttp = (scope: IConstruct, rule: 'S10' | 'SQS4'): void => {
  acknowledge(scope, rule, 'Local stage only: the emulator speaks plain HTTP on 127.0.0.1.');
};
