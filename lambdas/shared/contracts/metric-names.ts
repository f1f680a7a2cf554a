/**
 * Metrics, with the names of the KPI contract. Their dimensions are fixed by stage: never a task or a quote.
 *
 * | counted by | from |
 * |---|---|
 * | `publish-transitions` | the stream, as each transition enters the audit trail |
 * | `update-card` | Slack's answers |
 * | the three consumers | what they fail on |
 * | `sweep` | what it finds; gauges, reported by every run that looked (`lambdas/queue/domain/recovery/gauges.ts`) |
 */
import { SERVICE_NAME } from './environment.ts';

/** Every metric. */
export const Metric = {
  /** Actions enqueued. */
  ActionsTotal: 'queue_actions_total',
  /** Actions that ended in `failed_terminal`. */
  ActionsFailed: 'queue_actions_failed',
  /** Actions that ended in `completed`. */
  ActionsCompleted: 'queue_actions_completed',
  /** Attempts that ended in `retryable_failed`. */
  RetryableFailures: 'retryable_failures',
  /** Actions that were seen to be stuck, each once (`lambdas/queue/domain/kpi/stuck.ts`). */
  StuckDetected: 'stuck_actions_detected',
  /** Actions that had been stuck and ended. */
  StuckSettled: 'stuck_actions_settled',
  /** Of them, those that ended within five minutes. */
  StuckSettledInTime: 'stuck_actions_settled_within_5_min',
  /** Transitions by which an action was held, because its kind is paused. */
  ActionsHeld: 'actions_held',
  /** Effects found twice, or with another content, under one key. */
  DuplicateMutations: 'duplicate_mutations_detected',
  /** Of them, those with another content than was asked for under the key. */
  FingerprintMismatches: 'fingerprint_mismatches',
  /**
   * Transitions and events of a newer release that have a kind, state, cause, error code or event type that this one does not
   * know. They are in no other count of actions: what they mean only that release can say.
   */
  ForeignRecords: 'foreign_records',
  /** Stream records put aside. */
  RecordsParked: 'stream_records_parked',
  /**
   * Messages and stream records that a consumer failed on by a fault of its own, each time that it did; by function. What
   * a provider, a lost race or a wait explains is left out.
   */
  ConsumerFailures: 'consumer_failures',
  /** From a transition to Slack's confirmation that it, or a later one, is shown; in milliseconds. */
  StatusLatency: 'status_latency_ms',
  /** Card updates that Slack will refuse until the channel, the app or the token is repaired. */
  SlackTerminalErrors: 'slack_terminal_errors',
  /** Sweeps that came to their end. */
  SweepRuns: 'sweep_runs',
  /** Sweeps that could not read all that they look through: a shard, a pause, a cursor or a page of a table. */
  SweepBlindRuns: 'sweep_blind_runs',
  /** Gauge: due tasks that a sweep looked at and that had lost their worker or driver. */
  StuckTasks: 'stuck_tasks',
  /**
   * Gauge: how long ago the oldest task that is due was enqueued, in milliseconds; 0 when none is. What moves by itself
   * is not due and not looked at, so that a sweep costs what is stuck and not what exists; held tasks are left out too.
   */
  OldestNonTerminalAge: 'oldest_non_terminal_age_ms',
  /** Gauge: how long ago the kind was paused that is paused longest, in milliseconds; 0 when none is. */
  OldestPauseAge: 'oldest_pause_age_ms',
  /** Tasks that a sweep gave their next driver, or ended. */
  TasksRecovered: 'tasks_recovered',
  /** Gauge: candidates that a sweep left to the next one. */
  SweepCarriedOver: 'sweep_carried_over',
  /** Transitions that the sweep put into the audit trail, because the stream had not. */
  AuditGapsRepaired: 'audit_gaps_repaired',
  /** Gauge: missing transitions, of the tasks that a sweep checked, that their history does not reach any more. */
  AuditGapsUnrepairable: 'audit_gaps_unrepairable',
} as const;
/** A metric's name. */
export type Metric = (typeof Metric)[keyof typeof Metric];

/** Namespace of all metrics. */
export const METRIC_NAMESPACE = 'QuoteExecutionQueue';

/** Further dimension of {@link Metric.ConsumerFailures} alone: the deployed name of the function. */
export const FUNCTION_DIMENSION = 'function';

/** The dimensions of every metric. */
export interface MetricDimensions extends Readonly<Record<string, string>> {
  readonly service: string;
  readonly stage: string;
}

/** The dimensions of a stage: two stages of one account share no metric, so neither hides that the other is silent. */
export const metricDimensionsOf = (stage: string): MetricDimensions => ({ service: SERVICE_NAME, stage });
