/** Why an attempt or a task failed, in the words that stay with the task. */
import { ERROR_CODES } from '../contracts/error-codes.ts';
import type { TaskError } from '../contracts/records.ts';
import type { QueueError } from './errors.ts';
import type { RetryDecision } from './retry-policy.ts';

/** Whoever enqueues a failed action anew must know that the effect may be there. */
const DOUBT = '; an attempt may have been applied: look at the provider';

/** The error as the task keeps it: a cap names itself and its cause. */
export function taskErrorOf(error: QueueError, decision: RetryDecision): TaskError {
  if (decision.kind === 'retry') return { code: error.code, detail: error.detail };
  const capped = decision.code !== error.code;
  const detail = `${capped ? `${ERROR_CODES[decision.code].text} ` : ''}${error.detail}${error.inDoubt ? DOUBT : ''}`;
  return {
    code: decision.code,
    detail: detail.slice(0, 1_000),
    ...(decision.causeCode === undefined ? {} : { causeCode: decision.causeCode }),
  };
}
