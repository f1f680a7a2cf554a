/** The CRM: the local stand-in's own API and store, without HTTP. */
import {
  CRM_CONTENT_HASH_PROPERTY,
  CRM_EFFECT_KEY_PROPERTY,
} from '../../../../lambdas/actions/crm/contracts/crm-properties.ts';
import { crmApi } from '../../../../tools/rig/crm/crm-api.ts';
import { CrmStore } from '../../../../tools/rig/crm/crm-store.ts';
import { creationOf, PORTAL_PROPERTIES } from '../../../../tools/rig/crm/crm-setup.ts';
import { ReplyError, type ServerReply } from '../../../../tools/rig/http/http-server.ts';
import type { HttpRequest, Reply } from './replies.ts';

/** The simulated CRM. */
export class SimulatedCrm {
  readonly #store: CrmStore;
  readonly #nowMs: () => number;
  readonly #onEffect: (effectKey: string, externalId: string, contentHash: string) => void;

  constructor(nowMs: () => number, onEffect: (key: string, id: string, hash: string) => void) {
    this.#nowMs = nowMs;
    this.#store = new CrmStore(nowMs);
    for (const property of PORTAL_PROPERTIES)
      this.#store.addProperty(property.objectType, { hasUniqueValue: false, ...creationOf(property) });
    this.#onEffect = onEffect;
  }

  /** Answers a request. */
  answer({ method, url, body }: HttpRequest): Reply {
    const before = new Map(this.#store.records().map((record) => [record.id, record.writes]));
    const { status, body: text = '' } = this.#ask(method, url, body);
    for (const { id, writes, properties } of this.#store.records())
      if (writes !== before.get(id))
        this.#onEffect(
          properties[CRM_EFFECT_KEY_PROPERTY] ?? '',
          id,
          properties[CRM_CONTENT_HASH_PROPERTY] ?? '',
        );
    return { status, json: JSON.parse(text.toString()) };
  }

  #ask(method: string, url: URL, body: string): ServerReply {
    try {
      const request = { method, path: url.pathname, query: url.searchParams, body: Buffer.from(body) };
      return crmApi(this.#store, request, this.#nowMs);
    } catch (thrown) {
      if (thrown instanceof ReplyError) return thrown.reply;
      throw thrown;
    }
  }
}
