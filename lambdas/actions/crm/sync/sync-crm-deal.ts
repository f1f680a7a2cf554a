/** `crm.sync`: one HubSpot deal per effect key. */
import { ActionKind, KINDS } from '../../kinds.ts';
import { crmSyncPayload } from './contracts/payload.ts';
import { CRM_QUOTE_ID_PROPERTY, CRM_REVISION_PROPERTY } from '../contracts/crm-properties.ts';
import { withSingleLines } from '../../../shared/contracts/quote-snapshot.ts';
import type { EffectResult } from '../../../shared/contracts/effects.ts';
import { toDecimalString } from '../../../shared/domain/money.ts';
import type { Effect, EffectTask } from '../../../shared/domain/effect.ts';
import { CrmClient, type CrmClientOptions, type CrmObject } from '../crm-client.ts';
import { payloadOf } from '../../task-payload.ts';

/** HubSpot's default pipeline has won deals in this stage. */
const DEFAULT_DEAL_STAGE = 'closedwon';

const dealOf = ({ payloadJson }: EffectTask, effectKey: string): CrmObject => ({
  type: 'deals',
  effectKey,
  sent: payloadJson,
});

function propertiesOf(task: EffectTask): Record<string, string> {
  const { snapshot, dealStage } = payloadOf(task, ActionKind.CrmSync, crmSyncPayload);
  return {
    dealname: `${snapshot.quoteId} – ${withSingleLines(snapshot).title}`,
    amount: toDecimalString(snapshot.totalMinor, snapshot.currency),
    deal_currency_code: snapshot.currency,
    dealstage: dealStage ?? DEFAULT_DEAL_STAGE,
    closedate: snapshot.acceptedAt,
    [CRM_QUOTE_ID_PROPERTY]: snapshot.quoteId,
    [CRM_REVISION_PROPERTY]: String(snapshot.revision),
  };
}

/** Syncs a deal to HubSpot. */
export class SyncCrmDeal implements Effect {
  readonly kind = ActionKind.CrmSync;
  readonly deduplicates = KINDS[ActionKind.CrmSync].deduplicates;
  readonly #crm: CrmClient;

  constructor(options: CrmClientOptions) {
    this.#crm = new CrmClient(options);
  }

  /** Hash of the whole task, because the deal represents all of it. */
  contentHash(task: EffectTask): string {
    return task.taskHash;
  }

  /** See {@link Effect.apply}. Delivered again, it updates the same deal with the same values. */
  async apply(task: EffectTask, effectKey: string): Promise<EffectResult> {
    const content = { contentHash: this.contentHash(task), properties: propertiesOf(task) };
    return this.#crm.upsert(dealOf(task, effectKey), content);
  }

  /** See {@link Effect.probe}. */
  async probe(task: EffectTask, effectKey: string): Promise<EffectResult | undefined> {
    return this.#crm.find(dealOf(task, effectKey));
  }
}
