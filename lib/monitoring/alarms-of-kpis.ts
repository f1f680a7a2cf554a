/**
 * An alarm on each KPI, at its target. Ratios need a minimum count, because one failure among three actions is not significant.
 */
import { KPI_CONTRACT } from '../../lambdas/queue/contracts/kpi-contract.ts';
import { type AlarmDefinition, ONLY } from './alarm-definition.ts';
import { guardedLatency, guardedRatio } from './kpi-signals.ts';

const NO_TRAFFIC =
  'Without any action there is nothing to judge; if the queue is silent, sweep-silence rings.';

/** The alarms. */
export const KPI_ALARMS: readonly AlarmDefinition[] = [
  {
    slug: 'failed-action-rate',
    meaning: 'More than 2 % of the last hour’s actions failed permanently',
    severity: 'page',
    // 50 actions: one failure is exactly 2 %.
    signals: { [ONLY]: guardedRatio('failed_action_rate', 50, 0) },
    comparison: '>',
    threshold: KPI_CONTRACT.failed_action_rate.target,
    periodMinutes: 60,
    periods: 1,
    missingData: 'notBreaching',
    missingDataWhy: NO_TRAFFIC,
  },
  {
    slug: 'recovery-within-5-min',
    meaning: 'Fewer than 95 % of the stuck actions that ended in the last hour ended within 5 minutes',
    severity: 'page',
    // Actions are rarely stuck: one late action of five must be looked at.
    signals: { [ONLY]: guardedRatio('recovery_within_5_min', 5, 100) },
    comparison: '<',
    threshold: KPI_CONTRACT.recovery_within_5_min.target,
    periodMinutes: 60,
    periods: 1,
    missingData: 'notBreaching',
    missingDataWhy: 'Nothing was stuck. For stuck actions that do not end, stuck-tasks and oldest-task ring.',
  },
  {
    slug: 'duplicate-rate',
    meaning: 'More than 0.1 % of the last day’s actions made a duplicate mutation',
    severity: 'page',
    // 1,000 actions: one duplicate is exactly 0.1 %. `duplicate-mutations` rings at once on the first one.
    signals: { [ONLY]: guardedRatio('duplicate_side_effect_rate', 1_000, 0) },
    comparison: '>',
    threshold: KPI_CONTRACT.duplicate_side_effect_rate.target,
    periodMinutes: 1_440,
    periods: 1,
    missingData: 'notBreaching',
    missingDataWhy: NO_TRAFFIC,
  },
  {
    slug: 'status-latency',
    meaning: 'Cards in Slack follow their actions more than 1.5 s late, on average over half an hour',
    severity: 'ticket',
    signals: { [ONLY]: guardedLatency(20) },
    comparison: '>',
    threshold: KPI_CONTRACT.mean_status_latency.target,
    periodMinutes: 15,
    periods: 2,
    missingData: 'notBreaching',
    missingDataWhy:
      'Nothing was shown: no action moved, or no card can be shown. In the second case cards-waiting rings if no function consumes the updates, slack-terminal-errors if Slack refuses them permanently, stream-iterator-age if they do not arrive. Updates wait for the end of an outage of Slack; after a day card-dead-letters rings.',
  },
];
