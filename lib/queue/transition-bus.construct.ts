import { EventBus } from 'aws-cdk-lib/aws-events';
import { Construct } from 'constructs';
import type { QueueConfig } from '../config/queue-config.ts';
import { transitionBusName } from '../shared/names.ts';

/** Properties of {@link TransitionBus}. */
export interface TransitionBusProps {
  readonly config: QueueConfig;
}

/** The bus of transitions. Each consumer adds a rule; Slack's side feeds its cards by one. */
export class TransitionBus extends Construct {
  readonly bus: EventBus;

  constructor(scope: Construct, id: string, { config }: TransitionBusProps) {
    super(scope, id);
    this.bus = new EventBus(this, 'Bus', {
      eventBusName: transitionBusName(config.stackName),
      description: 'Every transition of every task',
    });
  }
}
