/** Names of the metrics that are counted from the access log of the HTTP API. */
export const ApiMetricName = {
  Requests: 'api_requests',
  ClientErrors: 'api_client_errors',
  ServerErrors: 'api_server_errors',
  /** In milliseconds, from the time API Gateway receives the request to the end of its answer. */
  Latency: 'api_latency_ms',
} as const;
/** One of {@link ApiMetricName}. */
export type ApiMetricName = (typeof ApiMetricName)[keyof typeof ApiMetricName];
