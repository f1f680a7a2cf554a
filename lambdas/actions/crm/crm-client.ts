/**
 * What the effects of the CRM have in common: one object per effect key, by upsert on a unique property, and the probe by it.
 * Source: HubSpot CRM API v3, "Objects", batch upsert with `idProperty`.
 */
import * as z from 'zod/mini';
import type { EffectResult } from '../../shared/contracts/effects.ts';
import { QueueError } from '../../shared/domain/errors.ts';
import type { Clock } from '../../shared/domain/ports.ts';
import { askProvider, type ProviderResponse } from '../../shared/adapters/provider-http.ts';
import {
  CRM_CONTENT_HASH_PROPERTY,
  CRM_EFFECT_KEY_PROPERTY,
  type CrmObjectType,
} from './contracts/crm-properties.ts';
import { crmErrorOf } from './crm-error.ts';

/** Probe and upsert together take far less than the worker's 15 s. */
const REQUEST_TIMEOUT_MS = 4_000;

/** HubSpot's record ids are numbers; an answer with another id is not a record. */
const recordId = z.string().check(z.regex(/^\d{1,20}$/));
const recordSchema = z.object({ id: recordId, properties: z.record(z.string(), z.nullish(z.string())) });
const upsertSchema = z.object({ results: z.array(recordSchema).check(z.length(1)) });

/** What the client works with. */
export interface CrmClientOptions {
  /** E.g. `https://api.hubapi.com`, or a gateway's URL with a path; a slash at its end is ignored. */
  readonly baseUrl: string;
  /** Private app token; read before each request, so that a rotated secret takes effect. */
  readonly token: () => Promise<string>;
  readonly clock: Clock;
}

/** The object that holds an effect. */
export interface CrmObject {
  readonly type: CrmObjectType;
  /** Becomes the value of the unique property. */
  readonly effectKey: string;
  /** Text that was sent for it. An answer may quote it, so no code is read from such a quotation. */
  readonly sent: string;
}

/** What an upsert writes. */
export interface CrmContent {
  /** SHA-256 of the requested content. */
  readonly contentHash: string;
  /** HubSpot's properties, and the queue's for quote and revision. */
  readonly properties: Readonly<Record<string, string>>;
}

/** Requests to the CRM. */
export class CrmClient {
  readonly #options: CrmClientOptions;

  constructor(options: CrmClientOptions) {
    this.#options = options;
  }

  /**
   * Writes the object. Delivered again, it updates the same object with the same values.
   * @throws {QueueError} the code says whether the effect may be in the CRM
   */
  async upsert(object: CrmObject, { contentHash, properties }: CrmContent): Promise<EffectResult> {
    const own = { [CRM_EFFECT_KEY_PROPERTY]: object.effectKey, [CRM_CONTENT_HASH_PROPERTY]: contentHash };
    const input = {
      id: object.effectKey,
      idProperty: CRM_EFFECT_KEY_PROPERTY,
      properties: { ...properties, ...own },
    };
    const response = await this.#ask('POST', `/crm/v3/objects/${object.type}/batch/upsert`, {
      inputs: [input],
    });
    if (response.status !== 200 && response.status !== 201) throw crmErrorOf(response, object.sent);
    const record = upsertSchema.safeParse(response.json).data?.results[0];
    if (record === undefined) throw unreadable('2xx without the record');
    return this.#resultOf(object, record.id, contentHash);
  }

  /** Looks for the object. @throws {QueueError} when the answer says neither that it exists nor that it does not */
  async find(object: CrmObject): Promise<EffectResult | undefined> {
    const query = new URLSearchParams({
      idProperty: CRM_EFFECT_KEY_PROPERTY,
      properties: `${CRM_EFFECT_KEY_PROPERTY},${CRM_CONTENT_HASH_PROPERTY}`,
    });
    const path = `/crm/v3/objects/${object.type}/${encodeURIComponent(object.effectKey)}?${query.toString()}`;
    const response = await this.#ask('GET', path);
    if (response.status === 404) return undefined;
    if (response.status !== 200) throw crmErrorOf(response, object.sent);
    const { data } = recordSchema.safeParse(response.json);
    if (data === undefined) throw unreadable('200 without a record');
    return this.#resultOf(object, data.id, data.properties[CRM_CONTENT_HASH_PROPERTY] ?? '');
  }

  #urlOf(path: string): URL {
    return new URL(`${this.#options.baseUrl.replace(/\/+$/, '')}${path}`);
  }

  async #ask(method: 'GET' | 'POST', path: string, body?: unknown): Promise<ProviderResponse> {
    const { token, clock } = this.#options;
    const request = {
      url: this.#urlOf(path),
      method,
      token: await token(),
      timeoutMs: REQUEST_TIMEOUT_MS,
    };
    return askProvider(body === undefined ? request : { ...request, body }, () => clock.nowMs());
  }

  #resultOf({ type }: CrmObject, id: string, contentHash: string): EffectResult {
    const location = this.#urlOf(`/crm/v3/objects/${type}/${encodeURIComponent(id)}`).href;
    return { provider: 'crm', externalId: id, location, contentHash };
  }
}

const unreadable = (answer: string): QueueError =>
  new QueueError('PROVIDER_UNAVAILABLE', { detail: `The CRM answered ${answer}` });
