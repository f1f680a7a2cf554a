import type { Alias, Function as LambdaFunction, IFunction } from 'aws-cdk-lib/aws-lambda';
import { CfnResource, Stack } from 'aws-cdk-lib';
import { Construct } from 'constructs';
import type { EnvName } from '../../lambdas/shared/contracts/environment.ts';
import { FUNCTION_NAMES, type FunctionName } from '../shared/functions.ts';
import { LIVE_ALIAS, Rollout, type QueueConfig } from '../config/queue-config.ts';
import { asReported } from '../shared/acknowledge.ts';
import { DOCUMENT_PREFIX } from './documents.construct.ts';
import { environmentOf } from '../shared/function-environment.ts';
import type { FunctionStatements, QueueResources } from './function-permissions.ts';
import { PINNED_FUNCTIONS, PinnedWorkers } from './pinned-workers.construct.ts';
import { QueueFunction } from '../shared/queue-function.construct.ts';

/** Properties of {@link QueueFunctions}. */
export interface QueueFunctionsProps {
  readonly config: QueueConfig;
  readonly resources: QueueResources;
  /** The value of every variable of the contract. */
  readonly environment: Readonly<Record<EnvName, string>>;
  /** What each function may do. */
  readonly statements: FunctionStatements;
}

const isPinned = (name: FunctionName): boolean => PINNED_FUNCTIONS.some((candidate) => candidate === name);

/**
 * All functions of the contract. If releases are versioned, functions that are called from outside have an alias `live`, and
 * functions that executions call are pinned to the release.
 */
export class QueueFunctions extends Construct {
  private readonly byName = new Map<FunctionName, QueueFunction>();
  private readonly liveByName = new Map<FunctionName, Alias>();
  /** Absent where functions are not versioned. */
  readonly pinned: PinnedWorkers | undefined;

  constructor(scope: Construct, id: string, props: QueueFunctionsProps) {
    super(scope, id);
    const { config, resources, environment, statements } = props;
    for (const name of FUNCTION_NAMES) {
      const deployed = new QueueFunction(this, name, {
        name,
        config,
        dataKey: resources.dataKey,
        environment: environmentOf(name, config, environment),
        statements: statements[name],
      });
      this.byName.set(name, deployed);
    }
    this.acknowledgeWildcards(resources);
    if (config.rollout === Rollout.None) return;
    for (const name of FUNCTION_NAMES.filter((candidate) => !isPinned(candidate))) {
      this.liveByName.set(name, this.get(name).addAlias(LIVE_ALIAS));
    }
    const pinned = PINNED_FUNCTIONS.map((name) => [name, this.get(name)] as const);
    this.pinned = new PinnedWorkers(this, 'Pinned', { functions: new Map(pinned) });
  }

  /** The wildcards that are unavoidable although each action and resource is named. */
  private acknowledgeWildcards({ executionArns, documents }: QueueResources): void {
    const executions = asReported(this, executionArns);
    const reason =
      'The executions of this one state machine; their names are made at run time from task ids.';
    for (const name of ['enqueue-action', 'control-action', 'operate-click', 'sweep'] as const) {
      this.find(name).acknowledgeWildcard(executions, reason);
    }
    const bucket = documents.node.defaultChild;
    if (bucket === undefined || !CfnResource.isCfnResource(bucket))
      throw new TypeError('documents: expected a bucket of this stack');
    const objects = `<${Stack.of(this).getLogicalId(bucket)}.Arn>/${DOCUMENT_PREFIX}*`;
    this.find('run-action-pdf').acknowledgeWildcard(
      objects,
      'The documents of this one bucket; keys are content hashes.',
    );
  }

  private find(name: FunctionName): QueueFunction {
    const found = this.byName.get(name);
    if (found === undefined) throw new RangeError(`name: expected a function of the contract, got ${name}`);
    return found;
  }

  /** The target of callers outside of the state machine: the alias `live`, or the function if nothing is versioned. */
  targetOf(name: FunctionName): IFunction {
    // oxlint-disable-next-line typescript/no-unsafe-type-assertion -- CDK's class declares `role` wider than IFunction (exactOptionalPropertyTypes)
    return (this.liveByName.get(name) ?? this.get(name)) as IFunction;
  }

  /** The `live` aliases; empty if functions are not versioned. */
  get liveAliases(): readonly Alias[] {
    return [...this.liveByName.values()];
  }

  /** The `live` aliases whose errors indicate a fault of their code: all except the sweep's. */
  get judgedAliases(): readonly Alias[] {
    return [...this.liveByName].flatMap(([name, alias]) => (name === 'sweep' ? [] : [alias]));
  }

  /** A function of the contract. */
  get(name: FunctionName): LambdaFunction {
    return this.find(name).function;
  }
}
