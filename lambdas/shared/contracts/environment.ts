/** Environment variables and tables. `<context>/contracts/functions.ts` lists which function reads which variable. */
import { PROVIDER_ENV } from './providers.ts';

/** Service name of logs and metrics, the same in every stage. */
export const SERVICE_NAME = 'quote-execution-queue';

/** Names of environment variables; the variables of a provider are in its row. */
export const Env = {
  TasksTable: 'TASKS_TABLE',
  LedgerTable: 'LEDGER_TABLE',
  AuditTable: 'AUDIT_TABLE',
  StateMachineArn: 'STATE_MACHINE_ARN',
  ParkedQueueUrl: 'PARKED_QUEUE_URL',
  /** Comma-separated `name@version` of the deterministic engines whose snapshots are accepted. */
  AllowedEngines: 'ALLOWED_ENGINES',
  CardsTable: 'CARDS_TABLE',
  CardQueueUrl: 'CARD_QUEUE_URL',
  ClickQueueUrl: 'CLICK_QUEUE_URL',
  /** Name of the SSM parameter with the operators: comma-separated `<team id>:<user id>`. */
  OperatorsParameter: 'OPERATORS_PARAMETER',
  EventBusName: 'EVENT_BUS_NAME',
  ControlsTable: 'CONTROLS_TABLE',
  /** Stage of the deployment: a dimension of every metric. */
  Stage: 'QUEUE_STAGE',
  ...PROVIDER_ENV,
} as const;
/** An environment variable's name. */
export type EnvName = (typeof Env)[keyof typeof Env];

/** Tables, their keys and indexes, shared by `lib` and the adapters. */
export const TASKS_TABLE = {
  partitionKey: 'taskId',
  /** All tasks of a quote in order of enqueueing. */
  byQuote: { name: 'byQuote', partitionKey: 'quoteId', sortKey: 'createdAtMs' },
  /** Sparse and sharded: only tasks that have not ended have `dueShard`, `due-<n>` or `held-<kind>-<n>`. */
  byDeadline: { name: 'byDeadline', partitionKey: 'dueShard', sortKey: 'dueAtMs' },
} as const;
/** The effect ledger (`IdempotencyRecord`s). */
export const LEDGER_TABLE = { partitionKey: 'id', ttl: 'expiresAtEpochSeconds' } as const;
/** Append-only: one item per (task, version). */
export const AUDIT_TABLE = { partitionKey: 'taskId', sortKey: 'version' } as const;
/** What Slack shows of each task (`card#<taskId>`), and its latencies (`latency#<taskId>#<version>`). */
export const CARDS_TABLE = {
  partitionKey: 'cardId',
  /** Sparse: only latencies have `shownDay` (UTC, `2026-11-21`). */
  byShownDay: { name: 'byShownDay', partitionKey: 'shownDay', sortKey: 'shownAtMs' },
} as const;

/** Settings of operators and state of the sweep: `pause#<kind>`, `sweep#<walk>`. */
export const CONTROLS_TABLE = { partitionKey: 'controlId' } as const;

/** Number of shards of `byDeadline`: the index has this many partitions, and a sweep queries each. */
export const DUE_SHARDS = 8;
