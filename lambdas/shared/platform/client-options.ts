/** How long an AWS call may take. */

/** Of each request of a call. */
interface Patience {
  readonly connectMs: number;
  readonly answerMs: number;
}

/** A call is two requests at most. At a request timeout the SDK only warns unless it is told to give up. */
export const clientOptions = ({ connectMs, answerMs }: Patience) => ({
  maxAttempts: 2,
  requestHandler: { connectionTimeout: connectMs, requestTimeout: answerMs, throwOnRequestTimeout: true },
});

/**
 * 2 × (1 s connect + 2.5 s answer) = 7 s at most for one call, so that two slow ones fit into a worker's 15 s. A request whose
 * answer was lost is sent once more by the SDK; conditional writes carry an attempt id for that.
 */
export const CLIENT_OPTIONS = clientOptions({ connectMs: 1_000, answerMs: 2_500 });

/** For documents: 2 × (1 s connect + 4 s answer) = 10 s at most, inside the worker's 15 s. */
export const DOCUMENT_CLIENT_OPTIONS = clientOptions({ connectMs: 1_000, answerMs: 4_000 });
