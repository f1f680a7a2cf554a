/**
 * The alarms that an error may ring. Each code is listed in `runbooks/errors.md` and on the page of each alarm named here; a
 * test compares code, pages and this list.
 */
import type { ErrorCode } from '../../lambdas/shared/contracts/error-codes.ts';

/** Slugs of alarms by code; none for what the caller is told and nobody else needs to know. */
export const ALARMS_BY_ERROR = {
  IDEMPOTENCY_KEY_REUSED: [],
  SNAPSHOT_REFUSED: [],
  REQUEST_INVALID: [],
  TASK_NOT_FOUND: [],
  ILLEGAL_TRANSITION: [],
  STALE_VERSION: [],
  LEASE_LOST: [],
  DRIVER_NOT_STARTED: ['stuck-tasks', 'execution-throttles', 'api-server-errors'],
  EFFECT_IN_PROGRESS: ['oldest-task'],
  WORKER_LOST: ['recovery-within-5-min', 'function-errors'],
  DUPLICATE_EFFECT: ['duplicate-rate', 'duplicate-mutations', 'slack-terminal-errors'],
  FINGERPRINT_MISMATCH: ['duplicate-rate', 'duplicate-mutations', 'fingerprint-mismatch'],
  PROVIDER_RATE_LIMITED: ['status-latency', 'oldest-task'],
  PROVIDER_UNAVAILABLE: ['failed-action-rate', 'status-latency'],
  PROVIDER_TIMEOUT: ['failed-action-rate', 'status-latency'],
  PROVIDER_CONNECTION_REFUSED: ['failed-action-rate'],
  PROVIDER_REFUSED: ['failed-action-rate', 'slack-terminal-errors'],
  PROVIDER_UNAUTHORIZED: ['failed-action-rate', 'slack-terminal-errors'],
  PROVIDER_MISCONFIGURED: ['failed-action-rate', 'slack-terminal-errors'],
  PDF_RENDER_FAILED: ['failed-action-rate'],
  PDF_STORE_CONFLICT: [],
  RETRIES_EXHAUSTED: ['failed-action-rate'],
  DEADLINE_EXCEEDED: ['failed-action-rate', 'oldest-task'],
  STORED_RECORD_INVALID: ['parked-records', 'function-errors', 'stuck-tasks', 'sweep-blind'],
  UNCLASSIFIED: ['failed-action-rate', 'function-errors', 'sweep-blind'],
} as const satisfies Record<ErrorCode, readonly string[]>;
