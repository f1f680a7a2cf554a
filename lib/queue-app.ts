import { Annotations, App, Validations } from 'aws-cdk-lib';
import type { AppProps } from 'aws-cdk-lib';
import { AwsSolutionsChecks } from 'cdk-nag';
import { Stage, type QueueConfig } from './config/queue-config.ts';
import { readConfig } from './config/read-config.ts';
import type { ConfigSources } from './config/read-config.ts';
import { QueueObservability } from './monitoring/observability.stack.ts';
import { QueueStack } from './queue/queue.stack.ts';

/** Construct id of a Region's queue stack; `cdk deploy` selects stacks by it. */
export const stackIdOf = (region: string): string => `Queue-${region}`;

/** Construct id of a Region's observability stack. */
export const observabilityIdOf = (region: string): string => `Observability-${region}`;

/** The app with its stacks, in the order of the configured Regions. */
export interface QueueApp {
  readonly app: App;
  readonly stacks: readonly QueueStack[];
  /** One for each queue stack; empty on the local stage. */
  readonly observability: readonly QueueObservability[];
}

/** The dependency orders the deployment: first the queue, then its alarms. No value is passed between the stacks. */
const watching = (app: App, config: QueueConfig, watched: QueueStack): QueueObservability => {
  const { region } = watched;
  const stack = new QueueObservability(app, observabilityIdOf(region), { config, region });
  stack.addStackDependency(watched);
  return stack;
};

/** A second Region is a separate queue: nothing is replicated or reconciled between Regions. */
const warnOfSeparateQueues = (stacks: readonly QueueStack[]): void => {
  const [, ...others] = stacks;
  for (const stack of others) {
    Annotations.of(stack).addWarningV2(
      'quoteq:separateQueues',
      `-c regions: ${stack.region} gets a separate queue with its own tables and API; nothing is shared between Regions yet`,
    );
  }
};

/**
 * The app: one {@link QueueStack} for each configured Region, on AWS with a {@link QueueObservability}; both are checked
 * against the AwsSolutions rules.
 * @throws {ConfigError} when a setting is missing or malformed
 */
export const createQueueApp = (env: ConfigSources['env'], props: AppProps = {}): QueueApp => {
  const app = new App(props);
  const config = readConfig({ context: Object(app.node.getAllContext()), env });
  const stacks = config.regions.map((region) => new QueueStack(app, stackIdOf(region), { config, region }));
  warnOfSeparateQueues(stacks);
  const observability =
    config.stage === Stage.Local ? [] : stacks.map((stack) => watching(app, config, stack));
  Validations.of(app).addPlugins(new AwsSolutionsChecks(app));
  return { app, stacks, observability };
};
