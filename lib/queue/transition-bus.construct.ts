import { ArnFormat, Stack } from 'aws-cdk-lib';
import { EventBus, Rule } from 'aws-cdk-lib/aws-events';
import type { IRuleTarget } from 'aws-cdk-lib/aws-events';
import { PolicyStatement, ServicePrincipal } from 'aws-cdk-lib/aws-iam';
import { Construct } from 'constructs';
import { EVENT_SOURCE, EXECUTION_TRANSITIONED } from '../../lambdas/queue/contracts/events.ts';
import type { QueueConfig } from '../config/queue-config.ts';
import type { DataKey } from '../shared/data-key.construct.ts';
import { cardRuleName, transitionBusName } from '../shared/names.ts';
import type { WorkQueue } from '../shared/work-queue.construct.ts';

const BUS_SERVICE = new ServicePrincipal('events.amazonaws.com');

/** Properties of {@link TransitionBus}. */
export interface TransitionBusProps {
  readonly config: QueueConfig;
  readonly dataKey: DataKey;
  /** Gets every transition; what cannot be delivered goes to its dead letters. */
  readonly cards: WorkQueue;
}

/**
 * The bus of transitions. Others may add rules of their own; the one here feeds the cards. Permissions are written out,
 * because the higher construct lets every rule of the account send.
 */
export class TransitionBus extends Construct {
  readonly bus: EventBus;
  /** Feeds the cards. */
  readonly cardRule: Rule;

  constructor(scope: Construct, id: string, props: TransitionBusProps) {
    super(scope, id);
    const { config, cards } = props;
    const busName = transitionBusName(config.stackName);
    const ruleName = cardRuleName(config.stackName);
    this.bus = new EventBus(this, 'Bus', {
      eventBusName: busName,
      description: 'Every transition of every task',
    });
    const ruleArn = Stack.of(this).formatArn({
      service: 'events',
      resource: 'rule',
      resourceName: `${busName}/${ruleName}`,
      arnFormat: ArnFormat.SLASH_RESOURCE_NAME,
    });
    this.allowDelivery(ruleArn, props);
    const target: IRuleTarget = {
      bind: () => ({
        arn: cards.queue.queueArn,
        deadLetterConfig: { arn: cards.deadLetters.queueArn },
      }),
    };
    this.cardRule = new Rule(this, 'Cards', {
      ruleName,
      description: 'Transitions to the cards in Slack',
      eventBus: this.bus,
      eventPattern: { source: [EVENT_SOURCE], detailType: [EXECUTION_TRANSITIONED] },
      targets: [target],
    });
  }

  /** The rule, and no other, may send to both queues. */
  private allowDelivery(ruleArn: string, { dataKey, cards }: TransitionBusProps): void {
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
    this.allowEncryption(dataKey);
  }

  /**
   * Without a condition, as AWS documents it: `aws:SourceArn` and `aws:SourceAccount` are not supported in the policy of a key
   * that EventBridge delivers with, and a statement that has them lets no event through, without an error anywhere. The
   * policies of the queues say which rule may send.
   */
  private allowEncryption({ key }: DataKey): void {
    key.addToResourcePolicy(
      new PolicyStatement({
        principals: [BUS_SERVICE],
        actions: ['kms:Decrypt', 'kms:GenerateDataKey'],
        resources: ['*'],
      }),
    );
  }
}
