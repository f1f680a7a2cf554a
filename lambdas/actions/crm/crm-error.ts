/** What an answer of the CRM without the record means for the task. */
import * as z from 'zod/mini';
import { QueueError } from '../../shared/domain/errors.ts';
import type { ProviderResponse } from '../../shared/adapters/provider-http.ts';
import { CRM_EFFECT_KEY_PROPERTY } from './contracts/crm-properties.ts';
import { type CrmRefusal, crmRefusalOf, crmRefusalText } from './crm-answer.ts';

/** Locked, too early, or the portal is being moved: HubSpot asks the client to wait. */
const BUSY: ReadonlySet<number> = new Set([423, 425, 477]);
const BUSY_SECONDS = 2;

const batchErrorSchema = z.object({
  results: z.optional(z.array(z.unknown()).check(z.maxLength(0))),
  errors: z.array(z.looseObject({ category: z.literal('VALIDATION_ERROR') })).check(z.minLength(1)),
});

/** A 207 that reports only invalid input becomes the equivalent 400; any other answer is unchanged. */
function asSingle(response: ProviderResponse): ProviderResponse {
  if (response.status !== 207) return response;
  const parsed = batchErrorSchema.safeParse(response.json);
  return parsed.success ? { status: 400, json: parsed.data.errors[0] } : response;
}

/** Whether the portal lacks the unique property that upserts name. */
const lacksSetUp = ({ properties }: CrmRefusal): boolean =>
  properties.includes(CRM_EFFECT_KEY_PROPERTY) || properties.includes('idProperty');

/**
 * The error of an answer: set-up is missing, the record is busy, or the data is wrong.
 * @param sent the payload, which the answer may quote
 */
export function crmErrorOf(answer: ProviderResponse, sent: string): QueueError {
  const response = asSingle(answer);
  const refusal = crmRefusalOf(response.json, sent);
  const detail = crmRefusalText(answer.status, refusal);
  // A race on the unique value, or a 2xx that does not tell the result (207 with a failure other than a validation error).
  if (response.status === 409 || response.status < 300)
    return new QueueError('PROVIDER_UNAVAILABLE', { detail });
  if (BUSY.has(response.status)) {
    return new QueueError('PROVIDER_RATE_LIMITED', {
      detail,
      deferral: true,
      retryAfterSeconds: BUSY_SECONDS,
    });
  }
  return lacksSetUp(refusal)
    ? new QueueError('PROVIDER_MISCONFIGURED', { detail })
    : new QueueError('PROVIDER_REFUSED', { detail });
}
