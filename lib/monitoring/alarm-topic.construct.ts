import { Stack } from 'aws-cdk-lib';
import { PolicyStatement, ServicePrincipal } from 'aws-cdk-lib/aws-iam';
import { Key } from 'aws-cdk-lib/aws-kms';
import { type ITopic, Topic } from 'aws-cdk-lib/aws-sns';
import { EmailSubscription } from 'aws-cdk-lib/aws-sns-subscriptions';
import { Construct } from 'constructs';
import type { QueueConfig } from '../config/queue-config.ts';
import { removalPolicyOf } from '../shared/retention.ts';

/** Properties of {@link AlarmTopic}. */
export interface AlarmTopicProps {
  readonly config: QueueConfig;
}

/**
 * The topic that receives the alarms: the one that the deployment names, or else a new encrypted one with a subscription for
 * the address in `-c alarmEmail`.
 */
export class AlarmTopic extends Construct {
  readonly topic: ITopic;

  constructor(scope: Construct, id: string, { config }: AlarmTopicProps) {
    super(scope, id);
    this.topic =
      config.alarmTopicArn === undefined
        ? this.ownTopic(config)
        : Topic.fromTopicArn(this, 'Given', config.alarmTopicArn);
  }

  private ownTopic(config: QueueConfig): Topic {
    const topic = new Topic(this, 'Topic', {
      topicName: `${config.stackName}-alarms`,
      masterKey: this.key(config),
      enforceSSL: true,
    });
    topic.addToResourcePolicy(this.alarmsMay(config, ['sns:Publish'], topic.topicArn));
    if (config.alarmEmail !== undefined) topic.addSubscription(new EmailSubscription(config.alarmEmail));
    return topic;
  }

  private key(config: QueueConfig): Key {
    const key = new Key(this, 'Key', {
      alias: `alias/${config.stackName}-alarms`,
      description: `Alarms of ${config.stackName} on their way to people`,
      enableKeyRotation: true,
      removalPolicy: removalPolicyOf(config),
    });
    // In a key policy `*` means this key.
    key.addToResourcePolicy(this.alarmsMay(config, ['kms:Decrypt', 'kms:GenerateDataKey'], '*'));
    return key;
  }

  /** Only the alarms of this deployment. */
  private alarmsMay({ stackName }: QueueConfig, actions: string[], resource: string): PolicyStatement {
    const { partition, region, account } = Stack.of(this);
    const alarmArns = `arn:${partition}:cloudwatch:${region}:${account}:alarm:${stackName}/*`;
    return new PolicyStatement({
      principals: [new ServicePrincipal('cloudwatch.amazonaws.com')],
      actions,
      resources: [resource],
      conditions: {
        StringEquals: { 'aws:SourceAccount': account },
        ArnLike: { 'aws:SourceArn': alarmArns },
      },
    });
  }
}
