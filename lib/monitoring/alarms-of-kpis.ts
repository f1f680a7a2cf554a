/** An alarm on each KPI, at its target. Shares need a minimum count: one failure among three actions says nothing. */
import { KPI_CONTRACT } from '../../lambdas/queue/contracts/kpi-contract.ts';
import { type AlarmDefinition, ONLY } from './alarm-definition.ts';
import { guardedLatency, guardedRatio } from './kpi-signals.ts';

const NO_TRAFFIC =
  'Without a single action there is nothing to judge; silence of the queue is what sweep-silence is for.';

/** The alarms. */
export const KPI_ALARMS: readonly AlarmDefinition[] = [
  {
    slug: 'failed-action-rate',
    meaning: 'More than 2 % of the last hour’s actions failed for good',
    severity: 'page',
    // 50 actions: one failure is just 2 %.
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
    meaning: 'Fewer than 95 % of the stuck actions that ended in the last hour had done so within 5 minutes',
    severity: 'page',
    // Being stuck is rare: of five, a single late one is worth a look.
    signals: { [ONLY]: guardedRatio('recovery_within_5_min', 5, 100) },
    comparison: '<',
    threshold: KPI_CONTRACT.recovery_within_5_min.target,
    periodMinutes: 60,
    periods: 1,
    missingData: 'notBreaching',
    missingDataWhy:
      'Nothing was stuck. What is stuck and does not end is what stuck-tasks and oldest-task are for.',
  },
  {
    slug: 'duplicate-rate',
    meaning: 'More than 0.1 % of the last day’s actions made a duplicate mutation',
    severity: 'page',
    // 1,000 actions: one duplicate is just 0.1 %. The first one rings `duplicate-mutations` at once.
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
      'Nothing was shown: nothing moved, or no card can be shown. Then cards-waiting rings when nobody takes the updates, slack-terminal-errors when Slack refuses them for good, stream-iterator-age when they do not come; an outage of Slack is waited for, and rings card-dead-letters after a day.',
  },
];
