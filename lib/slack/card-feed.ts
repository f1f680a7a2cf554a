/**
 * Feeds the cards from the bus of transitions. Permissions are written here, because the higher-level construct lets every rule
 * of the account send.
 */
import { ArnFormat, Stack } from 'aws-cdk-lib';
import { Rule } from 'aws-cdk-lib/aws-events';
import type { IRuleTarget } from 'aws-cdk-lib/aws-events';
import { PolicyStatement, ServicePrincipal } from 'aws-cdk-lib/aws-iam';
import { EVENT_SOURCE, EXECUTION_TRANSITIONED } from '../../lambdas/queue/contracts/events.ts';
import type { QueueConfig } from '../config/queue-config.ts';
import type { TransitionBus } from '../queue/transition-bus.construct.ts';
import type { DataKey } from '../shared/data-key.construct.ts';
import { cardRuleName, transitionBusName } from '../shared/names.ts';
import type { WorkQueue } from '../shared/work-queue.construct.ts';

const BUS_SERVICE = new ServicePrincipal('events.amazonaws.com');

/** Properties of the feed. */
export interface CardFeedProps {
  readonly config: QueueConfig;
  readonly dataKey: DataKey;
  /** Receives every transition; an undeliverable one goes to its dead-letter queue. */
  readonly cards: WorkQueue;
}

/** Only this rule may send to both queues. */
function allowDelivery(ruleArn: string, { cards }: CardFeedProps): void {
  for (const queue of [cards.queue, cards.deadLetters]) {
    queue.addToResourcePolicy(
      new PolicyStatement({
        principals: [BUS_SERVICE],
        actions: ['sqs:SendMessage'],
        resources: [queue.queueArn],
        conditions: { ArnEquals: { 'aws:SourceArn': ruleArn } },
      }),
    );
  }
}

/**
 * Without a condition, as AWS documents it. The policy of a key with which EventBridge delivers does not support
 * `aws:SourceArn` and `aws:SourceAccount`: a statement with them blocks every event, without any error. The policies of the
 * queues name the rule that may send.
 */
function allowEncryption({ dataKey }: CardFeedProps): void {
  dataKey.key.addToResourcePolicy(
    new PolicyStatement({
      principals: [BUS_SERVICE],
      actions: ['kms:Decrypt', 'kms:GenerateDataKey'],
      resources: ['*'],
    }),
  );
}

const targetOf = ({ cards }: CardFeedProps): IRuleTarget => ({
  bind: () => ({
    arn: cards.queue.queueArn,
    deadLetterConfig: { arn: cards.deadLetters.queueArn },
  }),
});

/**
 * Adds the rule that feeds the cards. Its scope is the bus, because the rule has a fixed name: under another logical id,
 * CloudFormation would create the new rule before it deletes the old one, which fails.
 */
export function feedCards(transitions: TransitionBus, props: CardFeedProps): Rule {
  const { stackName } = props.config;
  const ruleName = cardRuleName(stackName);
  const ruleArn = Stack.of(transitions).formatArn({
    service: 'events',
    resource: 'rule',
    resourceName: `${transitionBusName(stackName)}/${ruleName}`,
    arnFormat: ArnFormat.SLASH_RESOURCE_NAME,
  });
  allowDelivery(ruleArn, props);
  allowEncryption(props);
  return new Rule(transitions, 'Cards', {
    ruleName,
    description: 'Transitions to the cards in Slack',
    eventBus: transitions.bus,
    eventPattern: { source: [EVENT_SOURCE], detailType: [EXECUTION_TRANSITIONED] },
    targets: [targetOf(props)],
  });
}
