import { Annotations, App, Validations } from 'aws-cdk-lib';
import type { AppProps } from 'aws-cdk-lib';
import { AwsSolutionsChecks } from 'cdk-nag';
import { Stage, type QueueConfig } from './config/queue-config.ts';
import { readConfig } from './config/read-config.ts';
import type { ConfigSources } from './config/read-config.ts';
import { QueueObservability } from './monitoring/observability.stack.ts';
import { QueueStack } from './queue/queue.stack.ts';

/** Construct id of the stack of a Region; `cdk deploy` selects by it. */
export const stackIdOf = (region: string): string => `Queue-${region}`;

/** Construct id of the stack that watches it. */
export const observabilityIdOf = (region: string): string => `Observability-${region}`;

/** The app with its stacks, in the order of the configured Regions. */
export interface QueueApp {
  readonly app: App;
  readonly stacks: readonly QueueStack[];
  /** One for each; none on the local stage. */
  readonly observability: readonly QueueObservability[];
}

/** It watches what the queue's stack deploys, so the queue is deployed first. It takes no value from that stack. */
const watching = (app: App, config: QueueConfig, watched: QueueStack): QueueObservability => {
  const { region } = watched;
  const stack = new QueueObservability(app, observabilityIdOf(region), { config, region });
  stack.addStackDependency(watched);
  return stack;
};

/** A second Region is a second queue: nothing is replicated or reconciled between them. */
const warnOfSeparateQueues = (stacks: readonly QueueStack[]): void => {
  const [, ...others] = stacks;
  for (const stack of others) {
    Annotations.of(stack).addWarningV2(
      'quoteq:separateQueues',
      `-c regions: ${stack.region} gets a queue of its own, with its own tables and API; nothing is shared between Regions yet`,
    );
  }
};

/**
 * The app: one {@link QueueStack} per Region of the configuration, on AWS with a {@link QueueObservability} beside it,
 * checked against the AwsSolutions rules.
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
