import { ArnFormat, Stack } from 'aws-cdk-lib';
import { EventBus, Rule } from 'aws-cdk-lib/aws-events';
import type { IRuleTarget } from 'aws-cdk-lib/aws-events';
import { PolicyStatement, ServicePrincipal } from 'aws-cdk-lib/aws-iam';
import { Construct } from 'constructs';
import { EVENT_SOURCE, EXECUTION_TRANSITIONED } from '../../lambdas/contracts/events.ts';
import type { QueueConfig } from '../config/queue-config.ts';
import type { DataKey } from './data-key.construct.ts';
import type { WorkQueue } from './work-queue.construct.ts';

/** Properties of {@link TransitionBus}. */
export interface TransitionBusProps {
  readonly config: QueueConfig;
  readonly dataKey: DataKey;
  /** Gets every transition; what cannot be delivered goes to its dead letters. */
  readonly cards: WorkQueue;
}

/**
 * The bus of transitions. Others may add rules of their own; the one here feeds the cards. Permissions are written out,
 * because the higher construct grants the key to every rule of every account.
 */
export class TransitionBus extends Construct {
  readonly bus: EventBus;
  /** Feeds the cards. */
  readonly cardRule: Rule;

  constructor(scope: Construct, id: string, props: TransitionBusProps) {
    super(scope, id);
    const { config, cards } = props;
    const busName = `${config.stackName}-transitions`;
    const ruleName = `${config.stackName}-cards`;
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

  /** The rule, and no other, may send to both queues and use the key for it. */
  private allowDelivery(ruleArn: string, { dataKey, cards }: TransitionBusProps): void {
    const statement = (actions: readonly string[], resource: string): PolicyStatement =>
      new PolicyStatement({
        principals: [new ServicePrincipal('events.amazonaws.com')],
        actions: [...actions],
        resources: [resource],
        conditions: { ArnEquals: { 'aws:SourceArn': ruleArn } },
      });
    for (const queue of [cards.queue, cards.deadLetters]) {
      queue.addToResourcePolicy(statement(['sqs:SendMessage'], queue.queueArn));
    }
    dataKey.key.addToResourcePolicy(statement(['kms:Decrypt', 'kms:GenerateDataKey'], '*'));
  }
}
