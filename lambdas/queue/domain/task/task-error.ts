/** Why an attempt or a task failed, in the words that are stored with the task. */
import { ERROR_CODES, type ErrorCode, MAX_DETAIL_LENGTH } from '../../../shared/contracts/error-codes.ts';
import { cutText } from '../../../shared/contracts/text.ts';
import type { TaskError } from '../../contracts/records.ts';
import type { QueueError } from '../../../shared/domain/errors.ts';
import type { RetryDecision } from './retry-policy.ts';

/** A caller who enqueues a failed action again must know that the effect may exist. */
const DOUBT = '; an attempt may have been applied: look at the provider';

/** The words about the doubt are never cut off. */
const doubtful = (detail: string): string =>
  `${cutText(detail, MAX_DETAIL_LENGTH - DOUBT.length).replace(/\.$/, '')}${DOUBT}`;

/** The error of a task that ends while an attempt is in doubt, although the provider was not asked. */
export const doubtfulError = (error: TaskError): TaskError => ({ ...error, detail: doubtful(error.detail) });

/** The error as the task stores it; if a cap was reached, it names the cap and the cause. */
export function taskErrorOf(
  error: QueueError,
  decision: RetryDecision,
): TaskError & { readonly code: ErrorCode } {
  if (decision.kind === 'retry') return { code: error.code, detail: error.detail };
  const capped = decision.code !== error.code;
  const detail = `${capped ? `${ERROR_CODES[decision.code].text} ` : ''}${error.detail}`;
  return {
    code: decision.code,
    detail: error.inDoubt ? doubtful(detail) : cutText(detail, MAX_DETAIL_LENGTH),
    ...(decision.causeCode === undefined ? {} : { causeCode: decision.causeCode }),
  };
}
