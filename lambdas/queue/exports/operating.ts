/** What other contexts may use to move tasks, as an operator does. */
export { startDriver } from '../domain/driver/start-driver.ts';
export { ExecutionQueueService } from '../domain/queue-service.ts';
export type { OperatorAction } from '../domain/queue-types.ts';
export { DEFAULT_RETRY_POLICY } from '../domain/task/policy.ts';
