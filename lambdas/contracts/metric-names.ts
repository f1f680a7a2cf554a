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
} as const;
/** A metric's name. */
export type Metric = (typeof Metric)[keyof typeof Metric];

/** Namespace of all metrics. */
export const METRIC_NAMESPACE = 'QuoteExecutionQueue';
