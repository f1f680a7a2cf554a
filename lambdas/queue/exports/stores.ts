/** The queue's stores and its driver, for handlers of other contexts. */
export { DynamoDbAuditRepo } from '../adapters/dynamodb/audit-repo.ts';
export { cardIn, DynamoDbShownCardReader, latencyIn } from '../adapters/dynamodb/shown-card-reader.ts';
export { DynamoDbTaskRepo } from '../adapters/dynamodb/task-repo.ts';
export { StepFunctionsDriver } from '../adapters/execution-driver.ts';
