import { App, Validations } from 'aws-cdk-lib';
import type { AppProps } from 'aws-cdk-lib';
import { AwsSolutionsChecks } from 'cdk-nag';
import { readConfig } from './config/read-config.ts';
import type { ConfigSources } from './config/read-config.ts';
import { QueueStack } from './stacks/queue.stack.ts';

/** Construct id of the stack of a Region; `cdk deploy` selects by it. */
export const stackIdOf = (region: string): string => `Queue-${region}`;

/** The app with its stacks, in the order of the configured Regions. */
export interface QueueApp {
  readonly app: App;
  readonly stacks: readonly QueueStack[];
}

/**
 * The app: one {@link QueueStack} per Region of the configuration, checked against the AwsSolutions rules.
 * @throws {ConfigError} when a setting is missing or malformed
 */
export const createQueueApp = (env: ConfigSources['env'], props: AppProps = {}): QueueApp => {
  const app = new App(props);
  const config = readConfig({ context: (key): unknown => app.node.tryGetContext(key), env });
  const stacks = config.regions.map((region) => new QueueStack(app, stackIdOf(region), { config, region }));
  Validations.of(app).addPlugins(new AwsSolutionsChecks(app));
  return { app, stacks };
};
