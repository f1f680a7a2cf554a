import { Match } from 'aws-cdk-lib/assertions';
import { describe, expect, it } from 'vitest';
import { parseOperators } from '../../lambdas/slack/adapters/operators.ts';
import { Stage } from '../../lib/config/queue-config.ts';
import { LOCAL_WORKSPACE } from '../../tools/rig/slack/slack.ts';
import { queueApp, synthesize } from './synthesis.ts';

const local = synthesize(Stage.Local);
const prod = synthesize(Stage.Prod);

const idOf = (prefix: string): string => {
  const found = prod.ofType('AWS::SQS::Queue').find(([logicalId]) => logicalId.startsWith(prefix));
  if (found === undefined) throw new RangeError(`prefix: expected a queue of the stack, got ${prefix}`);
  return found[0];
};
const liveAliasOf = (name: string) => ({
  Ref: Match.stringLikeRegexp(`^Functions${name.replace('-', '')}FunctionAliaslive`),
});
const arnOf = (logicalId: string) => ({ 'Fn::GetAtt': [logicalId, 'Arn'] });

const textOf = (value: unknown): string => JSON.stringify(value);

const operatorsOf = (stage: Stage, context: Record<string, unknown> = {}): unknown =>
  synthesize(stage, context).ofType('AWS::SSM::Parameter')[0]?.[1].Properties;

const isRefused = (read: () => unknown): boolean => {
  try {
    read();
    return false;
  } catch {
    return true;
  }
};

/** Grants of a kind of policy to EventBridge. */
const grantsOf = (type: string, document: string): readonly unknown[] =>
  prod.ofType(type).flatMap(([, { Properties }]) => {
    const statements: readonly unknown[] = Object(Properties[document])['Statement'];
    return statements.filter((statement) => textOf(statement).includes('events.amazonaws.com'));
  });

describe('transitions', () => {
  it('go from their own bus to the card queue; undeliverable ones become dead letters', () => {
    expect(
      prod.having('AWS::Events::Rule', {
        EventBusName: { Ref: Match.stringLikeRegexp('^TransitionsBus') },
        EventPattern: { source: ['quoteq'], 'detail-type': ['ExecutionTransitioned'] },
        State: 'ENABLED',
        Targets: [
          {
            Arn: arnOf(idOf('CardsQueue')),
            DeadLetterConfig: { Arn: arnOf(idOf('CardsDeadLetters')) },
            Id: Match.anyValue(),
          },
        ],
      }),
    ).not.toThrow();
  });

  it('may be sent to the queues only by that rule', () => {
    const grants = grantsOf('AWS::SQS::QueuePolicy', 'PolicyDocument');

    expect(grants).toHaveLength(2);
    for (const grant of grants) {
      expect(textOf(Object(grant)['Condition'])).toMatch(
        /^\{"ArnEquals":\{"aws:SourceArn":.*:rule\/quoteq-prod-transitions\/quoteq-prod-cards"/,
      );
    }
  });

  it('are encrypted through a grant without a condition, since EventBridge passes no source to the key', () => {
    expect(grantsOf('AWS::KMS::Key', 'KeyPolicy')).toEqual([
      {
        Effect: 'Allow',
        Principal: { Service: 'events.amazonaws.com' },
        Action: ['kms:Decrypt', 'kms:GenerateDataKey'],
        Resource: '*',
      },
    ]);
  });
});

describe('queues of cards and clicks', () => {
  it.each([
    ['Cards', 'update-card', 10, 2],
    ['Clicks', 'operate-click', 1, 10],
  ] as const)('%s feed %s, which reports failed messages', (prefix, consumer, batchSize, most) => {
    const timeoutSeconds = Number(prod.functionNamed(consumer).Properties['Timeout']);

    expect(
      prod.having('AWS::Lambda::EventSourceMapping', {
        EventSourceArn: arnOf(idOf(`${prefix}Queue`)),
        FunctionName: {
          'Fn::Join': ['', [{ 'Fn::Select': [6, { 'Fn::Split': [':', liveAliasOf(consumer)] }] }, ':live']],
        },
        BatchSize: batchSize,
        FunctionResponseTypes: ['ReportBatchItemFailures'],
        ScalingConfig: { MaximumConcurrency: most },
      }),
    ).not.toThrow();
    expect(
      prod.having('AWS::SQS::Queue', {
        VisibilityTimeout: 6 * timeoutSeconds,
        RedrivePolicy: { deadLetterTargetArn: arnOf(idOf(`${prefix}DeadLetters`)), maxReceiveCount: 5 },
      }),
    ).not.toThrow();
  });
});

describe('operators', () => {
  it('are empty if the deployment sets none', () => {
    expect(operatorsOf(Stage.Prod, { slackOperators: 'none' })).toMatchObject({
      Name: '/quoteq-prod/slack/operators',
      Type: 'StringList',
      Value: 'none',
    });
  });

  it('are those of the deployment', () => {
    const slackOperators = 'T0123456789:U0123456789,T0123456789:W0123456789';

    expect(operatorsOf(Stage.Prod, { slackOperators })).toMatchObject({ Value: slackOperators });
  });

  it.each([Stage.Dev, Stage.Prod])(
    'are required on stage %s, or `none`, since a default would lock them out',
    (stage) => {
      expect(() => queueApp(stage, { slackOperators: undefined })).toThrow(
        '-c slackOperators (or QUOTEQ_SLACK_OPERATORS): expected distinct <team id>:<user id> separated by commas, like T0123456789:U0123456789, or none alone for nobody, got nothing',
      );
    },
  );

  it.each([
    'T0123456789:U0123456789',
    'T0123456789:U0123456789, E0123456789:W0123456789',
    'none',
    'none,T0123456789:U0123456789',
    'T0123456789:U0123456789,none',
    'none,none',
    'T0123456789:U0123456789,',
    'U0123456789',
    '',
  ])('are refused by the deployment if the functions would refuse them: %j', (slackOperators) => {
    expect(isRefused(() => queueApp(Stage.Prod, { slackOperators }))).toBe(
      isRefused(() => parseOperators(slackOperators)),
    );
  });

  it('are listed once each', () => {
    const slackOperators = 'T0123456789:U0123456789,T0123456789:U0123456789';

    expect(() => queueApp(Stage.Prod, { slackOperators })).toThrow('-c slackOperators: expected distinct');
  });

  it('on the local stage are the two people of the local workspace', () => {
    const { teamId, operators } = LOCAL_WORKSPACE;

    expect(local.ofType('AWS::SSM::Parameter')[0]?.[1].Properties['Value']).toBe(
      operators.map(({ id }) => `${teamId}:${id}`).join(','),
    );
  });
});
