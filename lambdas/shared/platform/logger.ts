/** Logger of every function. Logged are ids, codes and counts: never payloads, tokens or names of people. */
import { Logger } from '@aws-lambda-powertools/logger';
import { SERVICE_NAME } from '../contracts/environment.ts';

/** The logger of one function. */
export const createLogger = (functionName: string): Logger =>
  new Logger({ serviceName: SERVICE_NAME, persistentKeys: { function: functionName } });
