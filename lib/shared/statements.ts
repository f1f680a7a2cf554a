/** Builders of the functions' IAM statements: exact actions on exact resources. */
import type { TableV2 } from 'aws-cdk-lib/aws-dynamodb';
import { PolicyStatement } from 'aws-cdk-lib/aws-iam';

/** Allows actions on resources; both are listed completely. */
export const allow = (actions: readonly string[], ...resources: readonly string[]): PolicyStatement =>
  new PolicyStatement({ actions: [...actions], resources: [...resources] });

/** Allows verbs of DynamoDB (`GetItem`) on a table; not on its indexes. */
export const onItems = (table: TableV2, ...verbs: readonly string[]): PolicyStatement =>
  allow(
    verbs.map((verb) => `dynamodb:${verb}`),
    table.tableArn,
  );
