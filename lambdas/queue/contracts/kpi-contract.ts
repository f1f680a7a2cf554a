/** The KPI contract as data, for the command line, Slack, the drills, the dashboard and its alarms. */

/** Names of the four KPIs. */
export const KpiName = {
  FailedActionRate: 'failed_action_rate',
  RecoveryWithin5Min: 'recovery_within_5_min',
  DuplicateRate: 'duplicate_side_effect_rate',
  StatusLatency: 'mean_status_latency',
} as const;
/** One of {@link KpiName}. */
export type KpiName = (typeof KpiName)[keyof typeof KpiName];

/** Maximum time until a stuck action is completed or failed_terminal, in ms. */
export const RECOVERY_LIMIT_MS = 5 * 60 * 1_000;

/** One row of the contract. */
export interface KpiEntry {
  readonly title: string;
  readonly formula: string;
  /** Unit of every figure of this KPI: percent, or milliseconds. */
  readonly unit: '%' | 'ms';
  /** The figure before the queue. */
  readonly baseline: number;
  readonly target: number;
  /** Whether the figure meets its target if it is at most, or at least, the target. */
  readonly bound: 'at_most' | 'at_least';
  readonly owner: string;
  /** What one element of the sample is. */
  readonly sampleOf: string;
}

/** The contract, in the order in which it is shown. */
export const KPI_CONTRACT = {
  failed_action_rate: {
    title: 'Failed action rate (transient faults)',
    formula: 'queue_actions_failed / queue_actions_total',
    unit: '%',
    baseline: 8,
    target: 2,
    bound: 'at_most',
    owner: 'Reliability owner',
    sampleOf: 'actions',
  },
  recovery_within_5_min: {
    title: 'Recovery success within 5 minutes',
    formula: 'stuck actions moved to completed or failed_terminal in at most 5 min / stuck actions',
    unit: '%',
    baseline: 65,
    target: 95,
    bound: 'at_least',
    owner: 'Runtime owner',
    sampleOf: 'stuck actions',
  },
  duplicate_side_effect_rate: {
    title: 'Duplicate side-effect rate',
    formula: 'duplicate_mutations_detected / queue_actions_total',
    unit: '%',
    baseline: 1.5,
    target: 0.1,
    bound: 'at_most',
    owner: 'Determinism owner',
    sampleOf: 'actions',
  },
  mean_status_latency: {
    title: 'Mean user-visible status latency',
    formula: 'mean of (time of the Slack update - time of the transition)',
    unit: 'ms',
    baseline: 6_000,
    target: 1_500,
    bound: 'at_most',
    owner: 'Slack integration owner',
    sampleOf: 'transitions',
  },
} as const satisfies Record<KpiName, KpiEntry>;
