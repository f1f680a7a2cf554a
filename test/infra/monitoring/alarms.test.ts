import { describe, expect, it } from 'vitest';
import { CARD_RETRY } from '../../../lambdas/slack/domain/card-retry.ts';
import { Stage } from '../../../lib/config/queue-config.ts';
import { deployedQueueName } from '../../../lib/shared/names.ts';
import { ALARMS } from '../../../lib/monitoring/alarm-registry.ts';
import { isMath } from '../../../lib/monitoring/signals.ts';
import { queueApp, synthesize, synthesizeObservability } from '../synthesis.ts';

const queue = synthesize(Stage.Prod);
const prod = synthesizeObservability(Stage.Prod);
const alarms = prod.ofType('AWS::CloudWatch::Alarm').map(([, { Properties }]) => Properties);
const names = alarms.map(({ AlarmName }) => String(AlarmName));

const alarmNamed = (name: string): Readonly<Record<string, unknown>> => {
  const found = alarms.find(({ AlarmName }) => AlarmName === `quoteq-prod/${name}`);
  if (found === undefined) throw new RangeError(`name: expected an alarm, got ${name}`);
  return found;
};
const textOf = (value: unknown): string => JSON.stringify(value);

describe('alarms', () => {
  it('are those of the registry, each with its own name', () => {
    const expected = ALARMS.flatMap(({ slug, signals }) =>
      Object.keys(signals).map((key) => `quoteq-prod/${slug}${key === '' ? '' : `/${key}`}`),
    );

    expect(names.toSorted()).toEqual(expected.toSorted());
    expect(new Set(names).size).toBe(names.length);
    expect(new Set(ALARMS.map(({ slug }) => slug)).size).toBe(ALARMS.length);
  });

  it.each(ALARMS)('$slug matches the registry and notifies the topic', (definition) => {
    const { slug, signals, threshold, missingData, periods, breachingPeriods = periods } = definition;
    const rung = alarms.filter(
      ({ AlarmName }) =>
        AlarmName === `quoteq-prod/${slug}` || String(AlarmName).startsWith(`quoteq-prod/${slug}/`),
    );

    expect(rung).toHaveLength(Object.keys(signals).length);
    for (const alarm of rung) {
      expect(alarm).toMatchObject({
        Threshold: threshold,
        TreatMissingData: missingData,
        EvaluationPeriods: periods,
        AlarmDescription: `${definition.meaning} (${definition.severity}). See runbooks/alarms/${slug}.md`,
        AlarmActions: [{ Ref: expect.stringMatching(/^AlarmTopic/) }],
        OKActions: [{ Ref: expect.stringMatching(/^AlarmTopic/) }],
      });
      expect(alarm['DatapointsToAlarm'] ?? periods).toBe(breachingPeriods);
    }
  });

  it.each(ALARMS)('$slug is within the limits of CloudWatch', ({ signals, periodMinutes, periods }) => {
    // At most ten metrics in an expression; a total of a day, or a week with periods of an hour or more.
    expect(periodMinutes * periods).toBeLessThanOrEqual(24 * 60);
    for (const signal of Object.values(signals).filter(isMath)) {
      expect(Object.keys(signal.uses).length).toBeLessThanOrEqual(10);
      for (const name of Object.keys(signal.uses)) expect(signal.expression).toContain(name);
    }
  });

  it('explain their treatment of missing data', () => {
    for (const { missingDataWhy } of ALARMS) expect(missingDataWhy).toMatch(/^[A-Z].{20,}\.$/);
    expect(ALARMS.filter(({ missingData }) => missingData === 'breaching').map(({ slug }) => slug)).toEqual([
      'sweep-silence',
    ]);
  });

  it('compare shares only with a large enough total', () => {
    expect(textOf(alarmNamed('failed-action-rate')['Metrics'])).toContain(
      'IF(whole >= 50, 100 * FILL(part, 0) / whole, 0)',
    );
    expect(textOf(alarmNamed('recovery-within-5-min')['Metrics'])).toContain(
      'IF(whole >= 5, 100 * FILL(part, 0) / whole, 100)',
    );
  });

  it('link the runbooks at the configured address', () => {
    const runbookBaseUrl = 'https://git.example/quoteq/blob/main/runbooks';
    const linked = synthesizeObservability(Stage.Prod, { runbookBaseUrl });

    for (const [, { Properties }] of linked.ofType('AWS::CloudWatch::Alarm')) {
      expect(Properties['AlarmDescription']).toMatch(
        /See https:\/\/git\.example\/quoteq\/blob\/main\/runbooks\/alarms\/[a-z0-9-]+\.md$/,
      );
    }
  });

  it('watch every queue without a consumer', () => {
    const consumed = queue
      .ofType('AWS::Lambda::EventSourceMapping')
      .map(([, { Properties }]) => textOf(Properties['EventSourceArn']));
    const idle = queue
      .ofType('AWS::SQS::Queue')
      .filter(([logicalId]) => !consumed.some((source) => source.includes(`"${logicalId}"`)))
      .map(([, { Properties }]) => Properties['QueueName']);
    const watched = ALARMS.flatMap(({ signals }) => Object.values(signals)).flatMap((signal) =>
      !isMath(signal) && signal.source.kind === 'depth'
        ? [deployedQueueName('quoteq-prod', signal.source.queue)]
        : [],
    );

    expect(idle.length).toBeGreaterThanOrEqual(3);
    expect(new Set(idle)).toEqual(new Set(watched));
  });

  it('watch the waiting time of messages in consumed queues', () => {
    const consumed = queue
      .ofType('AWS::Lambda::EventSourceMapping')
      .map(([, { Properties }]) => textOf(Properties['EventSourceArn']))
      .filter((source) => source.includes('Queue'));
    const aged = alarms.filter(({ MetricName }) => MetricName === 'ApproximateAgeOfOldestMessage');

    expect(aged).toHaveLength(consumed.length);
    expect(alarmNamed('clicks-waiting')).toMatchObject({ Threshold: 300, Statistic: 'Maximum' });
    expect(alarmNamed('clicks-waiting')['Dimensions']).toEqual([
      { Name: 'QueueName', Value: 'quoteq-prod-clicks' },
    ]);
    expect(alarmNamed('cards-waiting')['Dimensions']).toEqual([
      { Name: 'QueueName', Value: 'quoteq-prod-cards' },
    ]);
  });

  it('ring for cards only after their intended waits: the longest delay and every delivery', () => {
    const cardQueue = queue
      .ofType('AWS::SQS::Queue')
      .map(([logicalId, { Properties }]) => ({ logicalId, ...Properties }))
      .find(({ logicalId }) => logicalId.startsWith('CardsQueue'));
    const { VisibilityTimeout: visibility, RedrivePolicy: redrive } = Object(cardQueue);
    const onPurposeSeconds = CARD_RETRY.maxDelaySeconds + visibility * redrive.maxReceiveCount;

    expect(onPurposeSeconds).toBe(1_800);
    expect(alarmNamed('cards-waiting')['Threshold']).toBeGreaterThanOrEqual(2 * onPurposeSeconds);
  });

  it("watch the rule of the cards with EventBridge's dimensions for a custom bus", () => {
    const [bus] = queue.ofType('AWS::Events::EventBus').map(([, { Properties }]) => Properties['Name']);
    const [rule] = queue.ofType('AWS::Events::Rule').map(([, { Properties }]) => Properties['Name']);
    const dimensions = [
      { Name: 'EventBusName', Value: bus },
      { Name: 'RuleName', Value: rule },
    ];

    expect(alarmNamed('card-delivery-failures')).toMatchObject({
      Namespace: 'AWS/Events',
      MetricName: 'FailedInvocations',
      Dimensions: dimensions,
    });
    expect(alarmNamed('card-events-lost')).toMatchObject({
      Namespace: 'AWS/Events',
      MetricName: 'InvocationsFailedToBeSentToDlq',
      Dimensions: dimensions,
    });
  });

  it('do not exist on the local stage, whose AWS does not support them', () => {
    const local = queueApp(Stage.Local);

    expect(local.observability).toEqual([]);
    expect(synthesize(Stage.Local).ofType('AWS::CloudWatch::Alarm')).toEqual([]);
  });
});

describe('the topic of the alarms', () => {
  it('is encrypted with a key that CloudWatch may use for alarms of this deployment only', () => {
    const [, topic] = prod.ofType('AWS::SNS::Topic')[0] ?? [];
    expect(textOf(topic?.Properties['KmsMasterKeyId'])).toContain('AlarmTopicKey');
    const [, key] = prod.ofType('AWS::KMS::Key')[0] ?? [];
    expect(key?.Properties['EnableKeyRotation']).toBe(true);
    expect(textOf(key?.Properties['KeyPolicy'])).toContain(':alarm:quoteq-prod/*');
    const [, policy] = prod.ofType('AWS::SNS::TopicPolicy')[0] ?? [];
    expect(textOf(policy?.Properties['PolicyDocument'])).toContain('"aws:SecureTransport":"false"');
    expect(textOf(policy?.Properties['PolicyDocument'])).toContain(':alarm:quoteq-prod/*');
  });

  it('has the configured address as its subscriber, otherwise none', () => {
    const mailed = synthesizeObservability(Stage.Prod, { alarmEmail: 'ops@example.com' });

    expect(prod.ofType('AWS::SNS::Subscription')).toEqual([]);
    expect(
      mailed.having('AWS::SNS::Subscription', { Protocol: 'email', Endpoint: 'ops@example.com' }),
    ).not.toThrow();
  });

  it('may be an existing one', () => {
    const alarmTopicArn = 'arn:aws:sns:eu-central-1:111122223333:on-call';
    const given = synthesizeObservability(Stage.Prod, { alarmTopicArn });

    expect(given.ofType('AWS::SNS::Topic')).toEqual([]);
    expect(
      given.allHaving('AWS::CloudWatch::Alarm', {
        AlarmActions: [alarmTopicArn],
        OKActions: [alarmTopicArn],
      }),
    ).not.toThrow();
  });

  it.each([
    [{ alarmEmail: 'ops' }, '-c alarmEmail: expected one e-mail address, got "ops"'],
    [{ alarmTopicArn: 'on-call' }, '-c alarmTopicArn: expected the ARN of an SNS topic, got "on-call"'],
    [
      { runbookBaseUrl: 'https://git.example/runbooks?page=' },
      '-c runbookBaseUrl: expected a plain https: address without user, query or fragment',
    ],
    [
      { alarmEmail: 'ops@example.com', alarmTopicArn: 'arn:aws:sns:eu-central-1:111122223333:on-call' },
      '-c alarmEmail: expected nothing when -c alarmTopicArn names a topic',
    ],
  ])('is refused as %o', (context, message) => {
    expect(() => queueApp(Stage.Prod, context)).toThrow(message);
  });
});
