/**
 * The dashboard as plain data. The CDK dashboard and the picture in the documents are both generated from it, so each widget of
 * one is a panel of the other.
 */
import { FUNCTION_NAMES } from '../shared/functions.ts';
import { KPI_CONTRACT, KpiName } from '../../lambdas/queue/contracts/kpi-contract.ts';
import { Metric } from '../../lambdas/shared/contracts/metric-names.ts';
import type { QueueRole } from '../shared/names.ts';
import { ApiMetricName } from './api-metric-names.ts';
import { KPI_SIGNALS } from './kpi-signals.ts';
import type { SectionDefinition, SeriesDefinition, WidgetDefinition } from './widget-definition.ts';
import { ageOf, counted, depthOf, ofApi, ofCardRule, ofFunction, ofMachine } from './signals.ts';

const kpiWidget = (kpi: KpiName): WidgetDefinition => {
  const { title, unit, target, bound } = KPI_CONTRACT[kpi];
  return {
    id: `kpi-${kpi.replaceAll('_', '-')}`,
    title,
    unit,
    series: [{ label: title, signal: KPI_SIGNALS[kpi] }],
    width: 6,
    periodMinutes: 60,
    target: { value: target, label: `target ${bound === 'at_most' ? '≤' : '≥'} ${target} ${unit}` },
    kpi,
  };
};

const count = (label: string, name: Metric, statistic?: 'Maximum'): SeriesDefinition => ({
  label,
  signal: counted(name, statistic),
});

const QUEUE_WIDGETS: readonly WidgetDefinition[] = [
  {
    id: 'actions',
    title: 'Actions',
    unit: 'count',
    width: 12,
    periodMinutes: 5,
    series: [
      count('enqueued', Metric.ActionsTotal),
      count('completed', Metric.ActionsCompleted),
      count('failed for good', Metric.ActionsFailed),
      count('to be repeated', Metric.RetryableFailures),
      count('held (paused kind)', Metric.ActionsHeld),
      count('of a newer release', Metric.ForeignRecords),
    ],
  },
  {
    id: 'duplicates',
    title: 'Duplicate mutations',
    unit: 'count',
    width: 12,
    periodMinutes: 5,
    series: [
      count('duplicate mutations', Metric.DuplicateMutations),
      count('fingerprint mismatches', Metric.FingerprintMismatches),
    ],
  },
];

const RECOVERY_WIDGETS: readonly WidgetDefinition[] = [
  {
    id: 'stuck-tasks',
    title: 'Stuck tasks',
    unit: 'count',
    width: 6,
    periodMinutes: 1,
    series: [
      count('found by a sweep', Metric.StuckTasks, 'Maximum'),
      count('left to the next sweep', Metric.SweepCarriedOver, 'Maximum'),
    ],
  },
  {
    id: 'recovery',
    title: 'Recovery',
    unit: 'count',
    width: 6,
    periodMinutes: 5,
    series: [
      count('seen to be stuck', Metric.StuckDetected),
      count('recovered by the sweep', Metric.TasksRecovered),
      count('ended', Metric.StuckSettled),
      count('ended within 5 minutes', Metric.StuckSettledInTime),
      count('sweeps', Metric.SweepRuns),
      count('sweeps that could not look everywhere', Metric.SweepBlindRuns),
    ],
  },
  {
    id: 'oldest-task',
    title: 'Age of the oldest overdue task',
    unit: 'ms',
    width: 6,
    periodMinutes: 1,
    series: [count('oldest', Metric.OldestNonTerminalAge, 'Maximum')],
  },
  {
    id: 'oldest-pause',
    title: 'Age of the oldest pause',
    unit: 'ms',
    width: 6,
    periodMinutes: 1,
    series: [count('paused since', Metric.OldestPauseAge, 'Maximum')],
  },
];

const EXECUTION_WIDGETS: readonly WidgetDefinition[] = [
  {
    id: 'executions',
    title: 'Executions by outcome',
    unit: 'count',
    width: 12,
    periodMinutes: 5,
    series: [
      { label: 'started', signal: ofMachine('ExecutionsStarted') },
      { label: 'succeeded', signal: ofMachine('ExecutionsSucceeded') },
      { label: 'failed', signal: ofMachine('ExecutionsFailed') },
      { label: 'aborted', signal: ofMachine('ExecutionsAborted') },
      { label: 'timed out', signal: ofMachine('ExecutionsTimedOut') },
      { label: 'throttled', signal: ofMachine('ExecutionThrottled') },
    ],
  },
  {
    id: 'stream-iterator-age',
    title: 'Delay of the stream of transitions',
    unit: 'ms',
    width: 6,
    periodMinutes: 1,
    series: [{ label: 'iterator age', signal: ofFunction('publish-transitions', 'IteratorAge', 'Maximum') }],
  },
  {
    id: 'audit-gaps',
    title: 'Gaps in the audit trail',
    unit: 'count',
    width: 6,
    periodMinutes: 60,
    series: [
      count('repaired', Metric.AuditGapsRepaired),
      count('beyond repair', Metric.AuditGapsUnrepairable, 'Maximum'),
    ],
  },
];

const perFunction = (
  id: string,
  title: string,
  unit: WidgetDefinition['unit'],
  metric: Parameters<typeof ofFunction>[1],
  statistic: Parameters<typeof ofFunction>[2],
): WidgetDefinition => ({
  id,
  title,
  unit,
  width: 6,
  periodMinutes: 5,
  series: FUNCTION_NAMES.map((name) => ({ label: name, signal: ofFunction(name, metric, statistic) })),
});

const FUNCTION_WIDGETS: readonly WidgetDefinition[] = [
  perFunction('function-errors', 'Functions: errors', 'count', 'Errors', 'Sum'),
  perFunction('function-duration', 'Functions: duration, p95', 'ms', 'Duration', 'p95'),
  perFunction('function-throttles', 'Functions: throttles', 'count', 'Throttles', 'Sum'),
  perFunction('function-concurrency', 'Functions: at once', 'count', 'ConcurrentExecutions', 'Maximum'),
];

const waiting = (label: string, queue: QueueRole): SeriesDefinition => ({ label, signal: depthOf(queue) });

const WAITING_WIDGETS: readonly WidgetDefinition[] = [
  {
    id: 'dead-letters',
    title: 'Given up and put aside',
    unit: 'count',
    width: 8,
    periodMinutes: 5,
    series: [
      waiting('parked records', 'parked'),
      waiting('sweeps not started', 'missed-sweeps'),
      waiting('cards given up', 'card-dead-letters'),
      waiting('clicks given up', 'click-dead-letters'),
      { label: 'transitions not delivered', signal: ofCardRule('FailedInvocations') },
      { label: 'transitions lost to the cards', signal: ofCardRule('InvocationsFailedToBeSentToDlq') },
    ],
  },
  {
    id: 'queues',
    title: 'Waiting',
    unit: 'count',
    width: 8,
    periodMinutes: 5,
    series: [waiting('card updates', 'cards'), waiting('clicks', 'clicks')],
  },
  {
    id: 'queue-age',
    title: 'Longest wait',
    unit: 's',
    width: 8,
    periodMinutes: 5,
    series: [
      { label: 'card updates', signal: ageOf('cards') },
      { label: 'clicks', signal: ageOf('clicks') },
    ],
  },
];

const API_WIDGETS: readonly WidgetDefinition[] = [
  {
    id: 'api-answers',
    title: 'API: answers',
    unit: 'count',
    width: 12,
    periodMinutes: 5,
    series: [
      { label: 'requests', signal: ofApi(ApiMetricName.Requests) },
      { label: '4xx', signal: ofApi(ApiMetricName.ClientErrors) },
      { label: '5xx', signal: ofApi(ApiMetricName.ServerErrors) },
    ],
  },
  {
    id: 'api-latency',
    title: 'API: latency',
    unit: 'ms',
    width: 12,
    periodMinutes: 5,
    series: [
      { label: 'p95', signal: ofApi(ApiMetricName.Latency, 'p95') },
      { label: 'mean', signal: ofApi(ApiMetricName.Latency, 'Average') },
    ],
  },
];

/** The dashboard, from top to bottom. */
export const DASHBOARD: readonly SectionDefinition[] = [
  { title: 'KPIs against their targets', widgets: Object.values(KpiName).map(kpiWidget) },
  { title: 'Actions', widgets: QUEUE_WIDGETS },
  { title: 'Recovery', widgets: RECOVERY_WIDGETS },
  { title: 'Executions and audit trail', widgets: EXECUTION_WIDGETS },
  { title: 'Functions', widgets: FUNCTION_WIDGETS },
  { title: 'Queues', widgets: WAITING_WIDGETS },
  { title: 'API', widgets: API_WIDGETS },
];
