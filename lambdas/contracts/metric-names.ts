/**
 * Metrics, with the names of the spec's KPI contract. Their only dimensions are fixed: never a task or a quote.
 */
export const Metric = {
  /** Actions enqueued. */
  ActionsTotal: 'queue_actions_total',
  /** Actions that ended in `failed_terminal`. */
  ActionsFailed: 'queue_actions_failed',
  /** Effects found twice, or with another content, under one key. */
  DuplicateMutations: 'duplicate_mutations_detected',
  /** Stream records put aside. */
  RecordsParked: 'stream_records_parked',
  /** From a transition to Slack's confirmation that it, or a later one, is shown; in milliseconds. */
  StatusLatency: 'status_latency_ms',
  /** Card updates that Slack will refuse until somebody mends channel, app or token. */
  SlackTerminalErrors: 'slack_terminal_errors',
} as const;
/** A metric's name. */
export type Metric = (typeof Metric)[keyof typeof Metric];

/** Namespace of all metrics. */
export const METRIC_NAMESPACE = 'QuoteExecutionQueue';

/** The one dimension of all metrics. KEEP IN STEP WITH lambdas/platform/observability.ts (`SERVICE_NAME`) */
export const METRIC_DIMENSIONS = { service: 'quote-execution-queue' } as const;
