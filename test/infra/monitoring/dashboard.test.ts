import { describe, expect, it } from 'vitest';
import { FUNCTION_ENV } from '../../../lib/shared/functions.ts';
import { KPI_CONTRACT, KpiName } from '../../../lambdas/queue/contracts/kpi-contract.ts';
import { Metric } from '../../../lambdas/shared/contracts/metric-names.ts';
import { Stage } from '../../../lib/config/queue-config.ts';
import { ALARMS } from '../../../lib/monitoring/alarm-registry.ts';
import { DASHBOARD } from '../../../lib/monitoring/dashboard-definition.ts';
import { isMath, type Signal } from '../../../lib/monitoring/signals.ts';
import { synthesizeObservability } from '../synthesis.ts';

const prod = synthesizeObservability(Stage.Prod);

/** The body with its tokens as text, so that it is valid JSON. */
function bodyOf(): { readonly widgets: readonly Record<string, unknown>[] } {
  const [, dashboard] = prod.ofType('AWS::CloudWatch::Dashboard')[0] ?? [];
  const body = Object(dashboard?.Properties['DashboardBody']);
  const parts: readonly unknown[] = body['Fn::Join'][1];
  return JSON.parse(parts.map((part) => (typeof part === 'string' ? part : 'token')).join(''));
}

const widgets = DASHBOARD.flatMap((section) => section.widgets);
const drawn = bodyOf().widgets.filter(({ type }) => type === 'metric');
const propertiesOf = (title: string) =>
  Object(drawn.map(({ properties }) => Object(properties)).find((properties) => properties.title === title));

const namesOf = (signal: Signal): readonly string[] =>
  isMath(signal) ? Object.values(signal.uses).map(({ source }) => nameOf(source)) : [nameOf(signal.source)];
const nameOf = (source: { readonly kind: string; readonly name?: string }): string =>
  source.name ?? source.kind;

describe('the dashboard', () => {
  it('has each widget of the definition in order, and rows that fill the width', () => {
    expect(drawn.map(({ properties }) => Object(properties).title)).toEqual(
      widgets.map(({ title }) => title),
    );
    for (const { widgets: row } of DASHBOARD) expect(row.reduce((sum, { width }) => sum + width, 0)).toBe(24);
    expect(new Set(widgets.map(({ id }) => id)).size).toBe(widgets.length);
  });

  it.each(Object.values(KpiName))('shows %s against its target line', (name) => {
    const { title, target } = KPI_CONTRACT[name];

    expect(propertiesOf(title).annotations.horizontal).toMatchObject([{ value: target, yAxis: 'left' }]);
  });

  it('shows every function in every chart of functions', () => {
    for (const widget of widgets.filter(({ id }) => id.startsWith('function-'))) {
      expect(widget.series.map(({ label }) => label)).toEqual(Object.keys(FUNCTION_ENV));
      expect(propertiesOf(widget.title).metrics).toHaveLength(widget.series.length);
    }
  });

  it('shows executions by their outcome', () => {
    expect(propertiesOf('Executions by outcome').metrics.map((metric: unknown[]) => metric[1])).toEqual([
      'ExecutionsStarted',
      'ExecutionsSucceeded',
      'ExecutionsFailed',
      'ExecutionsAborted',
      'ExecutionsTimedOut',
      'ExecutionThrottled',
    ]);
  });

  it('shows, or has an alarm for, every metric of the functions', () => {
    const shown = widgets.flatMap(({ series }) => series.flatMap(({ signal }) => namesOf(signal)));
    const rung = ALARMS.flatMap(({ signals }) => Object.values(signals).flatMap(namesOf));
    const used = new Set([...shown, ...rung]);

    // Parked records are watched by the depth of their queue; failures of consumers roll back a release (release.test.ts).
    expect(Object.values(Metric).filter((name) => !used.has(name))).toEqual([
      'stream_records_parked',
      'consumer_failures',
    ]);
  });

  it('shows the metrics of alarms, except those that are better read elsewhere', () => {
    const shown = new Set(widgets.flatMap(({ series }) => series.flatMap(({ signal }) => namesOf(signal))));
    const hidden = ALARMS.filter(({ signals }) =>
      Object.values(signals).some((signal) => namesOf(signal).some((name) => !shown.has(name))),
    );

    expect(hidden.map(({ slug }) => slug)).toEqual(['slack-terminal-errors']);
  });

  it('has the Region in its name, since dashboards are global', () => {
    expect(
      prod.having('AWS::CloudWatch::Dashboard', { DashboardName: 'quoteq-prod-eu-central-1' }),
    ).not.toThrow();
  });
});
