/** Alarms on what carries the actions: the sweep, executions, functions, the stream and the API. */
import { FUNCTION_NAMES, type FunctionName } from '../shared/functions.ts';
import { WORKER_FUNCTIONS } from '../../lambdas/shared/contracts/providers.ts';
import { Metric } from '../../lambdas/shared/contracts/metric-names.ts';
import { type AlarmDefinition, ONLY } from './alarm-definition.ts';
import { ApiMetricName } from './api-metric-names.ts';
import { counted, ofApi, ofFunction, ofMachine, type Signal } from './signals.ts';

const HOUR_MS = 60 * 60 * 1_000;

const OTHERS = FUNCTION_NAMES.filter((name) => !WORKER_FUNCTIONS.some((worker) => worker === name));

const eachOf = (names: readonly FunctionName[], metric: 'Errors' | 'Throttles'): Record<string, Signal> =>
  Object.fromEntries(names.map((name) => [name, ofFunction(name, metric)]));

/** A sweep that cannot look publishes no value and never a 0, so the periods around it decide. */
const GAUGE_SILENT =
  'No sweep could look: sweep-blind rings for that, or sweep-silence if none ran. Until one can, the alarm keeps its state.';
const LAMBDA_SILENT = 'Lambda reports nothing of a function that was not called.';
const STATES_SILENT = 'Step Functions reports the metric only when it happened.';

const SWEEP_ALARMS: readonly AlarmDefinition[] = [
  {
    slug: 'sweep-silence',
    meaning: 'No sweep has come to its end for five minutes: what is stuck stays stuck',
    severity: 'page',
    // Filled: without data CloudWatch looks back farther than the periods asked for, and would ring late.
    signals: { [ONLY]: { expression: 'FILL(runs, 0)', uses: { runs: counted(Metric.SweepRuns) } } },
    comparison: '<',
    threshold: 1,
    periodMinutes: 1,
    periods: 5,
    missingData: 'breaching',
    missingDataWhy: 'A sweep that does not run writes no metric: silence is the very thing to notice.',
  },
  {
    slug: 'sweep-blind',
    meaning:
      'Three of five sweeps could not read all that they look through: what is stuck there stays stuck',
    severity: 'page',
    // Single failed reads are normal, because the next sweep reads again. If three of five sweeps could not read, recovery within
    // the five minutes of the KPI is at risk.
    signals: { [ONLY]: counted(Metric.SweepBlindRuns, 'Maximum') },
    comparison: '>=',
    threshold: 1,
    periodMinutes: 1,
    periods: 5,
    breachingPeriods: 3,
    missingData: 'ignore',
    missingDataWhy:
      'Every sweep reports this, 0 or 1; that it runs at all is what sweep-silence watches. Until one does, the alarm keeps its state.',
  },
  {
    slug: 'stuck-tasks',
    meaning: 'For 15 minutes every sweep has found actions that had lost their worker or their driver',
    severity: 'page',
    signals: { [ONLY]: counted(Metric.StuckTasks, 'Minimum') },
    comparison: '>=',
    threshold: 1,
    periodMinutes: 5,
    periods: 3,
    missingData: 'ignore',
    missingDataWhy: GAUGE_SILENT,
  },
  {
    slug: 'oldest-task',
    meaning: 'An overdue action was enqueued 25 hours ago, an hour beyond the deadline that every action has',
    severity: 'ticket',
    signals: { [ONLY]: counted(Metric.OldestNonTerminalAge, 'Maximum') },
    comparison: '>',
    threshold: 25 * HOUR_MS,
    periodMinutes: 5,
    periods: 3,
    missingData: 'ignore',
    missingDataWhy: GAUGE_SILENT,
  },
  {
    slug: 'forgotten-pause',
    meaning:
      'A kind has been paused for more than a day: its actions are held, and no other alarm tells of them',
    severity: 'ticket',
    signals: { [ONLY]: counted(Metric.OldestPauseAge, 'Maximum') },
    comparison: '>',
    threshold: 24 * HOUR_MS,
    periodMinutes: 5,
    periods: 3,
    missingData: 'ignore',
    missingDataWhy: GAUGE_SILENT,
  },
];

const MACHINE_ALARMS: readonly AlarmDefinition[] = (
  [
    ['executions-aborted', 'Somebody stopped an execution by hand', 'ticket', 'ExecutionsAborted'],
    ['executions-timed-out', 'An execution ran into its own time limit', 'page', 'ExecutionsTimedOut'],
    [
      'execution-throttles',
      'Step Functions throttles our executions: actions start or move late',
      'ticket',
      'ExecutionThrottled',
    ],
  ] as const
).map(([slug, meaning, severity, metric]) => ({
  slug,
  meaning,
  severity,
  signals: { [ONLY]: ofMachine(metric) },
  comparison: '>=',
  threshold: 1,
  periodMinutes: 5,
  periods: 1,
  missingData: 'notBreaching',
  missingDataWhy: STATES_SILENT,
}));

const FUNCTION_ALARMS: readonly AlarmDefinition[] = [
  {
    slug: 'function-errors',
    meaning: 'A function threw, crashed or ran out of time five times in 15 minutes',
    severity: 'page',
    signals: eachOf(FUNCTION_NAMES, 'Errors'),
    comparison: '>=',
    threshold: 5,
    periodMinutes: 15,
    periods: 1,
    missingData: 'notBreaching',
    missingDataWhy: LAMBDA_SILENT,
  },
  {
    slug: 'function-throttles',
    meaning:
      'A function that is no worker was throttled: the account’s quota or its own reservation is used up',
    severity: 'page',
    signals: eachOf(OTHERS, 'Throttles'),
    comparison: '>=',
    threshold: 1,
    periodMinutes: 5,
    periods: 3,
    breachingPeriods: 2,
    missingData: 'notBreaching',
    missingDataWhy: LAMBDA_SILENT,
  },
  {
    slug: 'worker-throttles',
    meaning: 'Workers were throttled without a break for an hour: their kind has too little concurrency',
    severity: 'ticket',
    // A burst of accepted quotes waits for its few workers by design, so the alarm rings only if the wait lasts.
    signals: eachOf(WORKER_FUNCTIONS, 'Throttles'),
    comparison: '>=',
    threshold: 1,
    periodMinutes: 5,
    periods: 12,
    missingData: 'notBreaching',
    missingDataWhy: LAMBDA_SILENT,
  },
  {
    slug: 'stream-iterator-age',
    meaning: 'Transitions reach the audit trail more than a minute late',
    severity: 'page',
    signals: { [ONLY]: ofFunction('publish-transitions', 'IteratorAge', 'Maximum') },
    comparison: '>',
    threshold: 60_000,
    periodMinutes: 5,
    periods: 3,
    missingData: 'notBreaching',
    missingDataWhy: 'Lambda reports the age when it reads records: there were none.',
  },
];

const API_ALARMS: readonly AlarmDefinition[] = [
  {
    slug: 'api-server-errors',
    meaning: 'More than 5 % of the API’s answers were 5xx for ten minutes',
    severity: 'page',
    signals: {
      [ONLY]: {
        // 20 requests: one failure is just 5 %.
        expression: 'IF(requests >= 20, 100 * FILL(failures, 0) / requests, 0)',
        uses: { failures: ofApi(ApiMetricName.ServerErrors), requests: ofApi(ApiMetricName.Requests) },
      },
    },
    comparison: '>',
    threshold: 5,
    periodMinutes: 5,
    periods: 2,
    missingData: 'notBreaching',
    missingDataWhy: 'Nobody asked the API for anything.',
  },
];

/** The alarms. */
export const PLATFORM_ALARMS: readonly AlarmDefinition[] = [
  ...SWEEP_ALARMS,
  ...MACHINE_ALARMS,
  ...FUNCTION_ALARMS,
  ...API_ALARMS,
];
