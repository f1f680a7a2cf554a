/** What the alarms look at that take a release back. */
import { describe, expect, it } from 'vitest';
import { FUNCTION_NAMES } from '../../lambdas/contracts/environment.ts';
import { METRIC_NAMESPACE } from '../../lambdas/contracts/metric-names.ts';
import { SERVICE_NAME } from '../../lambdas/platform/observability.ts';
import { Stage } from '../../lib/config/queue-config.ts';
import { PINNED_FUNCTIONS } from '../../lib/constructs/pinned-workers.construct.ts';
import { RELEASE_ALARM_MEANINGS } from '../../lib/monitoring/release-alarm-meanings.ts';
import { synthesize } from './synthesis.ts';

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
  it('watch the errors of every function but the sweep, by alias where one is live', () => {
    const watched = Object.keys(RELEASE_ALARM_MEANINGS)
      .flatMap(metricsOf)
      .filter((metric) => Object(metric)['MetricName'] === 'Errors');

    // A task that nobody can read makes the sweep fail each minute, until somebody has cleaned up.
    expect(JSON.stringify(watched)).not.toContain('sweep');
    expect(watched).toHaveLength(FUNCTION_NAMES.length - 1);
    expect(watched.filter((metric) => JSON.stringify(metric).includes(':live'))).toHaveLength(
      FUNCTION_NAMES.length - 1 - PINNED_FUNCTIONS.length,
    );
  });

  it('watch what functions answer instead of throwing: 5xx of the API, and failures of every consumer', () => {
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
        ],
      });
    }
  });
});
