/** Every deployed function: those of all contexts. */
import { QUEUE_FUNCTION_ENV } from '../../lambdas/queue/contracts/functions.ts';
import { SLACK_FUNCTION_ENV } from '../../lambdas/slack/contracts/functions.ts';

/** Each deployed function (`lambdas/<context>/handlers/<name>.handler.ts`) with the environment variables that it reads. */
export const FUNCTION_ENV = { ...QUEUE_FUNCTION_ENV, ...SLACK_FUNCTION_ENV } as const;
/** Name of a deployed function. */
export type FunctionName = keyof typeof FUNCTION_ENV;
/** Name of every deployed function, in the order of {@link FUNCTION_ENV}. */
export const FUNCTION_NAMES: readonly FunctionName[] = Object.keys(FUNCTION_ENV).filter(
  (name): name is FunctionName => Object.hasOwn(FUNCTION_ENV, name),
);
