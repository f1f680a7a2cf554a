/** The metrics of the alarms that roll back a release. */
import { App, Stack } from 'aws-cdk-lib';
import { Template } from 'aws-cdk-lib/assertions';
import { Code, Function as LambdaFunction, Runtime } from 'aws-cdk-lib/aws-lambda';
import { describe, expect, it } from 'vitest';
import { SERVICE_NAME } from '../../../lambdas/shared/contracts/environment.ts';
import { FUNCTION_NAMES } from '../../../lib/shared/functions.ts';
import { METRIC_NAMESPACE } from '../../../lambdas/shared/contracts/metric-names.ts';
import { Stage } from '../../../lib/config/queue-config.ts';
import { PINNED_FUNCTIONS } from '../../../lib/queue/pinned-workers.construct.ts';
import { RELEASE_ALARM_MEANINGS } from '../../../lib/monitoring/release-alarm-meanings.ts';
import { ReleaseAlarms } from '../../../lib/monitoring/release-alarms.construct.ts';
import { synthesize } from '../synthesis.ts';

const prod = synthesize(Stage.Prod);

const alarmNamed = (slug: string) => {
  const found = prod
    .ofType('AWS::CloudWatch::Alarm')
    .find(([, { Properties }]) => Properties['AlarmName'] === `quoteq-prod/${slug}`);
  if (found === undefined) throw new RangeError(`slug: expected an alarm, got ${slug}`);
  return found[1].Properties;
};

const metricsOf = (slug: string): readonly unknown[] =>
  Object(alarmNamed(slug)['Metrics']).flatMap(
    ({ MetricStat }: { MetricStat?: { Metric: unknown } }) => MetricStat?.Metric ?? [],
  );

describe('the release alarms', () => {
  it('watch the errors of every function except the sweep, by the live alias if there is one', () => {
    const watched = Object.keys(RELEASE_ALARM_MEANINGS)
      .flatMap(metricsOf)
      .filter((metric) => Object(metric)['MetricName'] === 'Errors');

    // An unreadable task makes the sweep fail each minute until it is repaired.
    expect(JSON.stringify(watched)).not.toContain('sweep');
    expect(watched).toHaveLength(FUNCTION_NAMES.length - 1);
    expect(watched.filter((metric) => JSON.stringify(metric).includes(':live'))).toHaveLength(
      FUNCTION_NAMES.length - 1 - PINNED_FUNCTIONS.length,
    );
  });

  it('watch failures that functions do not throw: 5xx of the API, and failures of every consumer', () => {
    const sources = prod
      .ofType('AWS::Lambda::EventSourceMapping')
      .map(([, { Properties }]) => JSON.stringify(Properties['FunctionName']));
    const consumers = FUNCTION_NAMES.filter((name) =>
      sources.some((source) => source.includes(`"Functions${name.replaceAll('-', '')}`)),
    );
    const watched = metricsOf('release-answered-failures');

    expect(consumers).toHaveLength(3);
    expect(watched).toHaveLength(1 + consumers.length);
    expect(watched).toContainEqual({
      Namespace: 'AWS/ApiGateway',
      MetricName: '5xx',
      Dimensions: [{ Name: 'ApiId', Value: prod.outputs['ApiId'] }],
    });
    for (const name of consumers) {
      expect(watched).toContainEqual({
        Namespace: METRIC_NAMESPACE,
        MetricName: 'consumer_failures',
        Dimensions: [
          { Name: 'function', Value: `quoteq-prod-${name}` },
          { Name: 'service', Value: SERVICE_NAME },
          { Name: 'stage', Value: 'prod' },
        ],
      });
    }
  });
});

describe("more metrics than CloudWatch's limit per alarm", () => {
  const ALIASES = 23;

  it('are distributed over alarms, all of which the deployment uses', () => {
    const stack = new Stack(new App({ builtinCloudFormationValidation: false }));
    const lambda = new LambdaFunction(stack, 'F', {
      code: Code.fromInline('exports.handler = () => 0'),
      handler: 'index.handler',
      runtime: Runtime.NODEJS_24_X,
    });
    const judgedAliases = Array.from({ length: ALIASES }, (_, index) => lambda.addAlias(`live-${index}`));
    const config = { stackName: 'quoteq-prod', stage: Stage.Prod, runbookBaseUrl: 'runbooks' };

    const { alarms } = new ReleaseAlarms(stack, 'Alarms', {
      config,
      functions: { judgedAliases, get: () => lambda },
      apiId: 'abc',
    });

    const made = Object.values(Template.fromStack(stack).findResources('AWS::CloudWatch::Alarm')).map(
      ({ Properties }) => Object(Properties),
    );
    const errors = made.filter(({ AlarmName }) => AlarmName.includes('/release-function-errors'));
    const watched = errors.map(
      ({ Metrics }) => Metrics.filter(({ MetricStat }: { MetricStat?: unknown }) => MetricStat).length,
    );
    expect(errors.map(({ AlarmName }) => AlarmName)).toEqual([
      'quoteq-prod/release-function-errors',
      'quoteq-prod/release-function-errors-2',
      'quoteq-prod/release-function-errors-3',
    ]);
    expect(watched).toEqual([10, 10, 3]);
    expect(new Set(errors.map(({ AlarmDescription }) => AlarmDescription))).toEqual(
      new Set([
        `${RELEASE_ALARM_MEANINGS['release-function-errors']}. See runbooks/alarms/release-function-errors.md`,
      ]),
    );
    expect(alarms).toHaveLength(made.length);
  });
});
