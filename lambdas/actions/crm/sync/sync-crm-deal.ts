/**
 * `crm.sync`: one HubSpot deal per effect key, by upsert on a unique property.
 * Source: HubSpot CRM API v3, "Deals", batch upsert with `idProperty`.
 */
import * as z from 'zod/mini';
import { ActionKind, KINDS } from '../../kinds.ts';
import { crmSyncPayload } from './contracts/payload.ts';
import {
  CRM_CONTENT_HASH_PROPERTY,
  CRM_EFFECT_KEY_PROPERTY,
  CRM_QUOTE_ID_PROPERTY,
  CRM_REVISION_PROPERTY,
} from '../contracts/crm-properties.ts';
import { withSingleLines } from '../../../shared/contracts/quote-snapshot.ts';
import type { EffectResult } from '../../../shared/contracts/effects.ts';
import { QueueError } from '../../../shared/domain/errors.ts';
import { toDecimalString } from '../../../shared/domain/money.ts';
import type { Effect, EffectTask } from '../../../shared/domain/effect.ts';
import type { Clock } from '../../../shared/domain/ports.ts';
import { askProvider, type ProviderResponse } from '../../../shared/adapters/provider-http.ts';
import { type CrmRefusal, crmRefusalOf, crmRefusalText } from '../crm-answer.ts';
import { payloadOf } from '../../task-payload.ts';

/** Probe and upsert together take far less than the worker's 15 s. */
const REQUEST_TIMEOUT_MS = 4_000;
/** HubSpot's default pipeline has won deals in this stage. */
const DEFAULT_DEAL_STAGE = 'closedwon';

/** HubSpot's record ids are numbers; an answer with another id is not a deal. */
const dealId = z.string().check(z.regex(/^\d{1,20}$/));
const dealSchema = z.object({ id: dealId, properties: z.record(z.string(), z.nullish(z.string())) });
const upsertSchema = z.object({ results: z.array(dealSchema).check(z.length(1)) });
type Deal = z.infer<typeof dealSchema>;

/** What the effect works with. */
export interface SyncCrmDealOptions {
  /** E.g. `https://api.hubapi.com`, or a gateway's URL with a path; a slash at its end is ignored. */
  readonly baseUrl: string;
  /** Private app token; read before each request, so that a rotated secret takes effect. */
  readonly token: () => Promise<string>;
  readonly clock: Clock;
}

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
 * An answer without the deal, as an error: set-up is missing, the deal is busy, or the data is wrong.
 * @param sent the payload, which the answer may quote
 */
function refusalOf(answer: ProviderResponse, sent: string): QueueError {
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

/** Syncs a deal to HubSpot. */
export class SyncCrmDeal implements Effect {
  readonly kind = ActionKind.CrmSync;
  readonly deduplicates = KINDS[ActionKind.CrmSync].deduplicates;
  readonly #options: SyncCrmDealOptions;

  constructor(options: SyncCrmDealOptions) {
    this.#options = options;
  }

  /** Hash of the whole task, because the deal represents all of it. */
  contentHash(task: EffectTask): string {
    return task.taskHash;
  }

  /** See {@link Effect.apply}. Delivered again, it updates the same deal with the same values. */
  async apply(task: EffectTask, effectKey: string): Promise<EffectResult> {
    const input = {
      id: effectKey,
      idProperty: CRM_EFFECT_KEY_PROPERTY,
      properties: this.#properties(task, effectKey),
    };
    const response = await this.#ask('POST', '/crm/v3/objects/deals/batch/upsert', { inputs: [input] });
    if (response.status !== 200 && response.status !== 201) throw refusalOf(response, task.payloadJson);
    const parsed = upsertSchema.safeParse(response.json);
    const deal = parsed.success ? parsed.data.results[0] : undefined;
    if (deal === undefined) {
      throw new QueueError('PROVIDER_UNAVAILABLE', { detail: 'The CRM answered 2xx without the deal' });
    }
    return this.#result(deal, this.contentHash(task));
  }

  /** See {@link Effect.probe}. */
  async probe(task: EffectTask, effectKey: string): Promise<EffectResult | undefined> {
    const query = new URLSearchParams({
      idProperty: CRM_EFFECT_KEY_PROPERTY,
      properties: `${CRM_EFFECT_KEY_PROPERTY},${CRM_CONTENT_HASH_PROPERTY}`,
    });
    const path = `/crm/v3/objects/deals/${encodeURIComponent(effectKey)}?${query.toString()}`;
    const response = await this.#ask('GET', path);
    if (response.status === 404) return undefined;
    const parsed = dealSchema.safeParse(response.json);
    if (response.status !== 200) throw refusalOf(response, task.payloadJson);
    if (!parsed.success) {
      throw new QueueError('PROVIDER_UNAVAILABLE', { detail: 'The CRM answered 200 without a deal' });
    }
    return this.#result(parsed.data, parsed.data.properties[CRM_CONTENT_HASH_PROPERTY] ?? '');
  }

  #urlOf(path: string): URL {
    return new URL(`${this.#options.baseUrl.replace(/\/+$/, '')}${path}`);
  }

  async #ask(method: 'GET' | 'POST', path: string, body?: unknown): Promise<ProviderResponse> {
    const request = {
      url: this.#urlOf(path),
      method,
      token: await this.#options.token(),
      timeoutMs: REQUEST_TIMEOUT_MS,
    };
    return askProvider(body === undefined ? request : { ...request, body }, () =>
      this.#options.clock.nowMs(),
    );
  }

  #properties(task: EffectTask, effectKey: string): Record<string, string> {
    const { snapshot, dealStage } = payloadOf(task, ActionKind.CrmSync, crmSyncPayload);
    return {
      dealname: `${snapshot.quoteId} – ${withSingleLines(snapshot).title}`,
      amount: toDecimalString(snapshot.totalMinor, snapshot.currency),
      deal_currency_code: snapshot.currency,
      dealstage: dealStage ?? DEFAULT_DEAL_STAGE,
      closedate: snapshot.acceptedAt,
      [CRM_EFFECT_KEY_PROPERTY]: effectKey,
      [CRM_CONTENT_HASH_PROPERTY]: this.contentHash(task),
      [CRM_QUOTE_ID_PROPERTY]: snapshot.quoteId,
      [CRM_REVISION_PROPERTY]: String(snapshot.revision),
    };
  }

  #result(deal: Deal, contentHash: string): EffectResult {
    const location = this.#urlOf(`/crm/v3/objects/deals/${encodeURIComponent(deal.id)}`).href;
    return { provider: 'crm', externalId: deal.id, location, contentHash };
  }
}
