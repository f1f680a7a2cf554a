/**
 * Feeds the cards from the bus of transitions. Permissions are written out, because the higher construct lets every rule of
 * the account send.
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

/** What the feed is made of. */
export interface CardFeedProps {
  readonly config: QueueConfig;
  readonly dataKey: DataKey;
  /** Gets every transition; what cannot be delivered goes to its dead letters. */
  readonly cards: WorkQueue;
}

/** The rule, and no other, may send to both queues. */
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
 * Without a condition, as AWS documents it: `aws:SourceArn` and `aws:SourceAccount` are not supported in the policy of a key
 * that EventBridge delivers with, and a statement that has them lets no event through, without an error anywhere. The
 * policies of the queues say which rule may send.
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
 * Adds the rule that feeds the cards. Its scope is the bus: the rule has a fixed name, and under another logical id
 * CloudFormation would create it again before it deletes the first one, which fails.
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
