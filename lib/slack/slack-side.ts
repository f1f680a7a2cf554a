import type { Stack } from 'aws-cdk-lib';
import type { QueueConfig } from '../config/queue-config.ts';
import type { QueueFunctions } from '../queue/queue-functions.construct.ts';
import type { TransitionBus } from '../queue/transition-bus.construct.ts';
import type { DataKey } from '../shared/data-key.construct.ts';
import { QueueConsumer } from '../shared/queue-consumer.construct.ts';
import { WorkQueue } from '../shared/work-queue.construct.ts';
import { feedCards } from './card-feed.ts';
import { Operators } from './operators.construct.ts';
import type { SlackResources } from './slack-permissions.ts';

/** Properties of {@link SlackSide}. */
export interface SlackSideProps {
  readonly config: QueueConfig;
  readonly dataKey: DataKey;
}

/**
 * The operators' side: the queue of card messages, the queue of clicks, who may operate, and what feeds and consumes them. It is
 * not a construct, so its parts are children of the stack: a logical id contains the place in the tree, and a queue whose logical
 * id changes is replaced, with the messages that are in it.
 */
export class SlackSide {
  /** What Slack's functions work with. */
  readonly resources: SlackResources;
  readonly #stack: Stack;
  readonly #props: SlackSideProps;

  constructor(stack: Stack, props: SlackSideProps) {
    this.#stack = stack;
    this.#props = props;
    this.resources = {
      cards: new WorkQueue(stack, 'Cards', { ...props, role: 'cards', consumer: 'update-card' }),
      clicks: new WorkQueue(stack, 'Clicks', { ...props, role: 'clicks', consumer: 'operate-click' }),
      operators: new Operators(stack, 'Operators', { config: props.config }),
    };
  }

  /** Each transition that the bus carries becomes a card message. */
  listenTo(transitions: TransitionBus): void {
    feedCards(transitions, { ...this.#props, cards: this.resources.cards });
  }

  /** Feeds both queues to their functions. Two invocations of ten cards keep Slack's limit of about a message a second and channel busy. */
  addConsumers(functions: QueueFunctions): readonly QueueConsumer[] {
    const { cards, clicks } = this.resources;
    const updateCards = { source: cards, consumer: functions.targetOf('update-card') };
    const operateClicks = { source: clicks, consumer: functions.targetOf('operate-click') };
    return [
      new QueueConsumer(this.#stack, 'UpdateCards', { ...updateCards, batchSize: 10, maxConcurrency: 2 }),
      new QueueConsumer(this.#stack, 'OperateClicks', {
        ...operateClicks,
        batchSize: 1,
        maxConcurrency: 10,
      }),
    ];
  }
}
