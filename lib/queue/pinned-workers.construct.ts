import { createHash } from 'node:crypto';
import { CfnResource, Fn, Lazy, RemovalPolicy, Stack } from 'aws-cdk-lib';
import { CfnAlias } from 'aws-cdk-lib/aws-lambda';
import type { Function as LambdaFunction } from 'aws-cdk-lib/aws-lambda';
import { Construct } from 'constructs';
import type { FunctionName } from '../shared/functions.ts';
import { WORKER_FUNCTIONS } from '../../lambdas/shared/contracts/providers.ts';
import { PINNED_ALIAS_PREFIX } from '../shared/names.ts';

/** The functions that the state machine calls. */
export const PINNED_FUNCTIONS: readonly FunctionName[] = [...WORKER_FUNCTIONS, 'record-lost-worker'];

/** Properties of {@link PinnedWorkers}. */
export interface PinnedWorkersProps {
  /** The functions that executions call, by their names in the contract. */
  readonly functions: ReadonlyMap<FunctionName, LambdaFunction>;
}

/**
 * One alias of the same name on each function that executions call, pointing to the version of this release for good. An
 * execution keeps the definition it started with, the definition names these aliases, and they outlive their release: so an
 * execution in flight finishes on the code it started with, also when its release is rolled back.
 *
 * The name is made of the version numbers (`r-12-7-9-4`), which Lambda never gives out twice. A hash of the code would be the
 * same after a rollback, and an alias that was kept cannot be created a second time.
 */
export class PinnedWorkers extends Construct {
  /** Name of the aliases; known at deployment. */
  readonly aliasName: string;

  constructor(scope: Construct, id: string, { functions }: PinnedWorkersProps) {
    super(scope, id);
    const versions = [...functions.values()].map(({ currentVersion }) => currentVersion);
    this.aliasName = `${PINNED_ALIAS_PREFIX}${Fn.join(
      '-',
      versions.map(({ version }) => version),
    )}`;
    const versionIds = versions.map(({ node }) => node.defaultChild).filter(CfnResource.isCfnResource);
    for (const [name, { functionName, currentVersion }] of functions) {
      const alias = new CfnAlias(this, name, {
        functionName,
        functionVersion: currentVersion.version,
        name: this.aliasName,
        description: 'For executions that started with this release',
      });
      alias.applyRemovalPolicy(RemovalPolicy.RETAIN);
      this.nameAfterRelease(alias, versionIds);
    }
  }

  /**
   * A resource of its own for each release: CloudFormation keeps what leaves the template, and what a deployment that is
   * rolled back had made; it promises neither for the old and the new instance of a replaced resource.
   */
  private nameAfterRelease(alias: CfnAlias, versions: readonly CfnResource[]): void {
    const stack = Stack.of(this);
    const baseId = stack.getLogicalId(alias);
    const produce = (): string => {
      const ids: readonly unknown[] = versions.map(({ logicalId }) => stack.resolve(logicalId));
      const hash = createHash('sha256').update(ids.join(' ')).digest('hex');
      return `${baseId}${hash.slice(0, 16)}`;
    };
    alias.overrideLogicalId(Lazy.uncachedString({ produce }));
  }
}
