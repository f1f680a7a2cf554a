/** How long an AWS call may take. The SDK only warns at a request timeout unless it is told to give up. */

/**
 * 2 requests × (1 s connect + 2.5 s answer) = 7 s at most for one call, so that two slow ones fit into a worker's 15 s. A request whose answer was lost is sent once more by the SDK; conditional writes carry an attempt id
 * for that.
 */
export const CLIENT_OPTIONS = {
  maxAttempts: 2,
  requestHandler: { connectionTimeout: 1_000, requestTimeout: 2_500, throwOnRequestTimeout: true },
} as const;

/** For documents: 2 × (1 s connect + 4 s answer) = 10 s at most, inside the worker's 15 s. */
export const DOCUMENT_CLIENT_OPTIONS = {
  maxAttempts: 2,
  requestHandler: { connectionTimeout: 1_000, requestTimeout: 4_000, throwOnRequestTimeout: true },
} as const;
