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
  /** Actions that became stuck, each once (`lambdas/queue/domain/kpi/stuck.ts`). */
  StuckDetected: 'stuck_actions_detected',
  /** Actions that had been stuck and ended. */
  StuckSettled: 'stuck_actions_settled',
  /** Stuck actions that ended within five minutes. */
  StuckSettledInTime: 'stuck_actions_settled_within_5_min',
  /** Transitions by which an action was held, because its kind is paused. */
  ActionsHeld: 'actions_held',
  /** Effects found twice, or with another content, under one key. */
  DuplicateMutations: 'duplicate_mutations_detected',
  /** Effects that were found with other content than requested under the key. */
  FingerprintMismatches: 'fingerprint_mismatches',
  /**
   * Transitions and events of a newer release that have a kind, state, cause, error code or event type that this one does not
   * know. No other count of actions includes them, because only that release knows their meaning.
   */
  ForeignRecords: 'foreign_records',
  /** Stream records put aside. */
  RecordsParked: 'stream_records_parked',
  /**
   * Failures of a consumer on a message or stream record by its own fault, each time; by function. Failures by a provider, a lost
   * race or a wait are left out.
   */
  ConsumerFailures: 'consumer_failures',
  /** Time from a transition until Slack confirms that it, or a later one, is shown; in milliseconds. */
  StatusLatency: 'status_latency_ms',
  /** Card updates that Slack will refuse until the channel, the app or the token is repaired. */
  SlackTerminalErrors: 'slack_terminal_errors',
  /** Sweeps that came to their end. */
  SweepRuns: 'sweep_runs',
  /** Sweeps that could not read a part of their data: a shard, a pause, a cursor or a page of a table. */
  SweepBlindRuns: 'sweep_blind_runs',
  /** Gauge: due tasks that a sweep checked and that had lost their worker or driver. */
  StuckTasks: 'stuck_tasks',
  /**
   * Gauge: time since the enqueueing of the oldest due task, in milliseconds; 0 if no task is due. A task that moves by itself is
   * not due, so the cost of a sweep depends on the stuck tasks only. Held tasks are left out too.
   */
  OldestNonTerminalAge: 'oldest_non_terminal_age_ms',
  /** Gauge: duration of the longest present pause of a kind, in milliseconds; 0 if no kind is paused. */
  OldestPauseAge: 'oldest_pause_age_ms',
  /** Tasks that a sweep gave their next driver, or ended. */
  TasksRecovered: 'tasks_recovered',
  /** Gauge: candidates that a sweep left for the next one. */
  SweepCarriedOver: 'sweep_carried_over',
  /** Transitions that the sweep put into the audit trail, because the stream had not. */
  AuditGapsRepaired: 'audit_gaps_repaired',
  /** Gauge: missing transitions of checked tasks that are older than the task's own history. */
  AuditGapsUnrepairable: 'audit_gaps_unrepairable',
} as const;
/** A metric's name. */
export type Metric = (typeof Metric)[keyof typeof Metric];

/** Namespace of all metrics. */
export const METRIC_NAMESPACE = 'QuoteExecutionQueue';

/** Additional dimension of {@link Metric.ConsumerFailures} only: the deployed name of the function. */
export const FUNCTION_DIMENSION = 'function';

/** The dimensions of every metric. */
export interface MetricDimensions extends Readonly<Record<string, string>> {
  readonly service: string;
  readonly stage: string;
}

/** The dimensions of a stage. Two stages of one account share no metric, so a silent stage is noticed. */
export const metricDimensionsOf = (stage: string): MetricDimensions => ({ service: SERVICE_NAME, stage });
