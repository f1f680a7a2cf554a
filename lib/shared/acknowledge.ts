import { Stack, Token, Validations } from 'aws-cdk-lib';
import type { IRole } from 'aws-cdk-lib/aws-iam';
import type { IConstruct } from 'constructs';

/**
 * Accepts one finding of the AwsSolutions pack on one construct, with the reason. `finding` is the rule with its detail, as in
 * the report: `IAM5[Resource::*]`.
 */
export const acknowledge = (scope: IConstruct, finding: string, reason: string): void => {
  Validations.of(scope).acknowledge({ id: `AwsSolutions-${finding}`, reason });
};

/**
 * Accepts one wildcard in the policy of a role. `resource` is the ARN in the template. The rule prints a token in it as
 * `<LogicalId.Attribute>`, so pass it in that form.
 */
export const acknowledgeWildcard = (role: IRole | undefined, resource: string, reason: string): void => {
  const policy = role?.node.tryFindChild('DefaultPolicy');
  if (policy === undefined) throw new TypeError(`role: expected one with a policy that names ${resource}`);
  acknowledge(policy, `IAM5[Resource::${resource}]`, reason);
};

/** An ARN as the rule prints it: an account that is unknown at synthesis is `<AWS::AccountId>`. */
export const asReported = (scope: IConstruct, arn: string): string => {
  const { account } = Stack.of(scope);
  return Token.isUnresolved(account) ? arn.replaceAll(account, '<AWS::AccountId>') : arn;
};

/** Accepts that a resource of the local stage allows plain HTTP; see `isTlsOnly`. */
export const acknowledgePlainHttp = (scope: IConstruct, rule: 'S10' | 'SQS4'): void => {
  acknowledge(scope, rule, 'Local stage only: the emulator uses plain HTTP on 127.0.0.1.');
};
