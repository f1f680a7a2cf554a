/** Dashboard and alarms use only fixed names of the queue's own template. */
import { afterEach, describe, expect, it, vi } from 'vitest';
import { Env } from '../../../lambdas/shared/contracts/environment.ts';
import {
  Metric,
  METRIC_NAMESPACE,
  metricDimensionsOf,
} from '../../../lambdas/shared/contracts/metric-names.ts';
import { createMetrics } from '../../../lambdas/shared/platform/metrics.ts';
import { Stage } from '../../../lib/config/queue-config.ts';
import { ApiMetricName } from '../../../lib/monitoring/api-metric-names.ts';
import { type Synthesis, synthesize, synthesizeObservability } from '../synthesis.ts';

/** One used metric: its namespace, its name and its dimensions. */
interface Looked {
  readonly namespace: string;
  readonly name: string;
  readonly dimensions: Readonly<Record<string, string>>;
}

/** Account and Region are the same for both stacks; all other values have to be plain text. */
const PSEUDO = new Set(['AWS::Partition', 'AWS::Region', 'AWS::AccountId']);

/** Text with placeholders for the account's values. @throws for any other deploy-time value */
function plainOf(value: unknown): string {
  if (typeof value === 'string') return value;
  const { Ref, 'Fn::Join': join } = Object(value);
  if (typeof Ref === 'string' && PSEUDO.has(Ref)) return '*';
  if (!Array.isArray(join)) throw new TypeError(`expected a fixed name, got ${JSON.stringify(value)}`);
  return join[1].map(plainOf).join(join[0]);
}

const metricOf = ({ Namespace, MetricName, Dimensions = [] }: Record<string, unknown>): Looked => ({
  namespace: plainOf(Namespace),
  name: plainOf(MetricName),
  dimensions: Object.fromEntries(
    Object(Dimensions).map(({ Name, Value }: Record<string, unknown>) => [plainOf(Name), plainOf(Value)]),
  ),
});

const ofAlarms = (watching: Synthesis): readonly Looked[] =>
  watching.ofType('AWS::CloudWatch::Alarm').flatMap(([, { Properties }]) => {
    const { Metrics } = Object(Properties);
    if (Metrics === undefined) return [metricOf(Properties)];
    return Metrics.flatMap(({ MetricStat }: { MetricStat?: { Metric: Record<string, unknown> } }) =>
      MetricStat === undefined ? [] : [metricOf(MetricStat.Metric)],
    );
  });

/** A line of a chart: namespace, name, then alternating names and values of dimensions; optionally settings at the end. */
function ofLine(line: readonly unknown[]): readonly Looked[] {
  const [namespace, name, ...rest] = line.filter((part) => typeof part === 'string');
  if (namespace === undefined || name === undefined) return [];
  const pairs = rest.flatMap((part, index) => (index % 2 === 0 ? [[part, rest[index + 1] ?? '']] : []));
  return [{ namespace, name, dimensions: Object.fromEntries(pairs) }];
}

const ofDashboards = (watching: Synthesis): readonly Looked[] =>
  watching.ofType('AWS::CloudWatch::Dashboard').flatMap(([, { Properties }]) => {
    const { widgets } = JSON.parse(plainOf(Properties['DashboardBody']));
    return widgets.flatMap(({ properties }: { properties: { metrics?: readonly unknown[][] } }) =>
      (properties.metrics ?? []).flatMap(ofLine),
    );
  });

const namesIn = (queue: Synthesis, type: string, property: string): readonly unknown[] =>
  queue.ofType(type).map(([, { Properties }]) => Properties[property]);

const STAGES = [Stage.Dev, Stage.Prod] as const;

describe.each(STAGES)('the observability of stage %s', (stage) => {
  const queue = synthesize(stage);
  const watching = synthesizeObservability(stage);
  const looked = [...ofAlarms(watching), ...ofDashboards(watching)];
  const valuesOf = (namespace: string, dimension: string): readonly string[] => [
    ...new Set(
      looked
        .filter((metric) => metric.namespace === namespace)
        .map(({ dimensions }) => dimensions[dimension] ?? 'none'),
    ),
  ];

  it('uses no value of another stack, since it would not be updated with that value', () => {
    const references = watching.json.match(
      /Fn::GetStackOutput|Fn::ImportValue|\{\{resolve:|AWS::SSM::Parameter[^"]*","Default":"[^"]*/g,
    );

    // The one parameter is the version of the bootstrap, which no resource uses.
    expect(references).toEqual([
      expect.stringMatching(/^AWS::SSM::Parameter.*"\/cdk-bootstrap\/[a-z0-9]+\/version$/),
    ]);
  });

  it('uses only metrics that these tests check', () => {
    expect(new Set(looked.map(({ namespace }) => namespace))).toEqual(
      new Set(['AWS/Events', 'AWS/Lambda', 'AWS/SQS', 'AWS/States', METRIC_NAMESPACE]),
    );
    for (const { dimensions } of looked)
      expect(Object.keys(dimensions).toSorted().join(',')).toMatch(
        /^(EventBusName,RuleName|FunctionName|QueueName|StateMachineArn|service,stage)$/,
      );
  });

  it('uses the names of the queue’s template for functions, queues, the machine and the rule of the cards', () => {
    const functions = namesIn(queue, 'AWS::Lambda::Function', 'FunctionName');
    const queues = namesIn(queue, 'AWS::SQS::Queue', 'QueueName');
    const [machine] = namesIn(queue, 'AWS::StepFunctions::StateMachine', 'StateMachineName');

    expect(functions).toEqual(expect.arrayContaining([...valuesOf('AWS/Lambda', 'FunctionName')]));
    expect(new Set(queues)).toEqual(new Set(valuesOf('AWS/SQS', 'QueueName')));
    expect(valuesOf('AWS/States', 'StateMachineArn')).toEqual([
      `arn:aws:states:eu-central-1:*:stateMachine:${String(machine)}`,
    ]);
    expect(valuesOf('AWS/Events', 'RuleName')).toEqual(namesIn(queue, 'AWS::Events::Rule', 'Name'));
    expect(valuesOf('AWS/Events', 'EventBusName')).toEqual(namesIn(queue, 'AWS::Events::EventBus', 'Name'));
  });

  it('uses metrics of the functions, or those from the queue’s access log', () => {
    const filtered = queue
      .ofType('AWS::Logs::MetricFilter')
      .flatMap(([, { Properties }]) => Object(Properties['MetricTransformations']));
    const counted: readonly string[] = Object.values(Metric);
    const own = looked.filter(({ namespace }) => namespace === METRIC_NAMESPACE);
    const ofApi = [...new Set(own.map(({ name }) => name).filter((name) => !counted.includes(name)))];

    expect(ofApi.toSorted()).toEqual(Object.values(ApiMetricName).toSorted());
    expect(filtered.map(({ MetricName }) => String(MetricName)).toSorted()).toEqual(ofApi.toSorted());
    for (const { dimensions } of own) expect(dimensions).toEqual({ ...metricDimensionsOf(stage) });
    for (const { MetricNamespace, Dimensions } of filtered) {
      expect(MetricNamespace).toBe(METRIC_NAMESPACE);
      expect(Dimensions).toEqual([
        { Key: 'service', Value: '$.service' },
        { Key: 'stage', Value: '$.stage' },
      ]);
    }
  });

  it('has the dimensions of the API’s metrics in each line of its access log, which has a fixed name', () => {
    const [api] = queue.ofType('AWS::ApiGatewayV2::Stage').map(([, { Properties }]) => Properties);
    const { Format, DestinationArn } = Object(api?.['AccessLogSettings']);
    const [logicalId] = DestinationArn['Fn::GetAtt'];
    const [, group] = queue.ofType('AWS::Logs::LogGroup').find(([id]) => id === logicalId) ?? [];

    expect(JSON.parse(Format)).toMatchObject({
      ...metricDimensionsOf(stage),
      status: '$context.status',
      responseLatencyMs: '$context.responseLatency',
    });
    expect(group?.Properties['LogGroupName']).toBe(`/aws/vendedlogs/quoteq-${stage}/api`);
    for (const name of namesIn(queue, 'AWS::Logs::MetricFilter', 'LogGroupName'))
      expect(name).toEqual({ Ref: logicalId });
  });
});

/** The dimension sets of a line that a function of the stage writes. */
function writtenBy(stage: string): readonly Readonly<Record<string, unknown>>[] {
  vi.stubEnv(Env.Stage, stage);
  vi.stubEnv('POWERTOOLS_DEV', 'true');
  vi.stubEnv('POWERTOOLS_METRICS_DISABLED', 'false');
  const lines: unknown[] = [];
  vi.spyOn(console, 'log').mockImplementation((line: unknown) => void lines.push(line));
  const metrics = createMetrics();
  metrics.addMetric(Metric.StuckTasks, 'Count', 1);
  metrics.publishStoredMetrics();
  return lines.flatMap((line) => {
    const { _aws, ...values } = JSON.parse(String(line));
    return _aws.CloudWatchMetrics.flatMap(({ Dimensions }: { Dimensions: readonly string[][] }) =>
      Dimensions.map((names) => Object.fromEntries(names.map((name) => [name, values[name]]))),
    );
  });
}

describe('the metrics of the functions', () => {
  afterEach(() => {
    vi.restoreAllMocks();
    vi.unstubAllEnvs();
  });

  it("are written with the dimensions of the stage's alarms and charts", () => {
    for (const stage of STAGES) {
      const lookedFor = ofAlarms(synthesizeObservability(stage)).find(
        ({ name }) => name === Metric.StuckTasks,
      );

      expect(writtenBy(stage)).toEqual([lookedFor?.dimensions]);
    }
  });

  it('have different dimensions in two stages, so that one cannot hide the silence of the other', () => {
    const sets = [...writtenBy('dev'), ...writtenBy('prod')].map((set) => JSON.stringify(set));

    expect(sets).toHaveLength(2);
    expect(new Set(sets).size).toBe(2);
  });

  it('are refused without a stage', () => {
    vi.stubEnv(Env.Stage, '');

    expect(createMetrics).toThrow('Environment variable QUEUE_STAGE: expected a value, found none');
  });
});
