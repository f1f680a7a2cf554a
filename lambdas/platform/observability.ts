/** Logger and metrics of every function. Logged are ids, codes and counts: never payloads, tokens or names of people. */
import { Logger } from '@aws-lambda-powertools/logger';

/** Name under which logs and metrics stand. */
export const SERVICE_NAME = 'quote-execution-queue';

/** The logger of one function. */
export const createLogger = (functionName: string): Logger =>
  new Logger({ serviceName: SERVICE_NAME, persistentKeys: { function: functionName } });
