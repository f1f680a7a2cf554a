/** The CRM: the local stand-in's store of deals, with the two requests of the effect. */
import * as z from 'zod/mini';
import {
  CRM_CONTENT_HASH_PROPERTY,
  CRM_EFFECT_KEY_PROPERTY,
} from '../../../../lambdas/actions/crm/contracts/crm-properties.ts';
import { type CrmDeal, CrmStore } from '../../../../tools/rig/crm/crm-store.ts';
import type { HttpRequest, Reply } from './replies.ts';

const upsertSchema = z.object({
  inputs: z.array(
    z.object({
      id: z.string(),
      idProperty: z.string(),
      properties: z.record(z.string(), z.string()),
    }),
  ),
});

/** The simulated CRM. */
export class SimulatedCrm {
  readonly #store: CrmStore;
  readonly #onEffect: (effectKey: string, externalId: string, contentHash: string) => void;

  constructor(nowMs: () => number, onEffect: (key: string, id: string, hash: string) => void) {
    this.#store = new CrmStore(nowMs);
    this.#onEffect = onEffect;
  }

  /** Answers a request. @throws {Error} for an unknown route */
  answer({ method, url, body }: HttpRequest): Reply {
    if (method === 'POST' && url.pathname.endsWith('/deals/batch/upsert')) return this.#upsert(body);
    const id = /\/deals\/([^/]+)$/.exec(url.pathname)?.[1];
    if (method === 'GET' && id !== undefined) return this.#read(decodeURIComponent(id));
    throw new Error(`The simulated CRM does not know ${method} ${url.pathname}`);
  }

  #upsert(body: string): Reply {
    const { inputs } = upsertSchema.parse(JSON.parse(body));
    const results = inputs.map(({ idProperty, id, properties }) => {
      const { deal } = this.#store.upsert(idProperty, { id, properties });
      this.#onEffect(id, deal.id, properties[CRM_CONTENT_HASH_PROPERTY] ?? '');
      return deal;
    });
    return { status: 200, json: { status: 'COMPLETE', results } };
  }

  #read(effectKey: string): Reply {
    const deal: CrmDeal | undefined = this.#store.find(effectKey, CRM_EFFECT_KEY_PROPERTY);
    if (deal === undefined) return { status: 404, json: { message: 'Object not found' } };
    return { status: 200, json: deal };
  }
}
