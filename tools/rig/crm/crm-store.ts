/** Stores deals and their properties in memory, as HubSpot does. */

/** A property of deals. */
export interface CrmProperty {
  readonly name: string;
  readonly label: string;
  readonly type: string;
  readonly fieldType: string;
  readonly groupName: string;
  /** Whether no two deals may have the same value. Only such a property can identify a deal in an upsert. */
  readonly hasUniqueValue: boolean;
}

/** A deal. */
export interface CrmDeal {
  /** Id that the CRM assigns: decimal digits. */
  readonly id: string;
  readonly properties: Readonly<Record<string, string>>;
  /** ISO 8601, UTC. */
  readonly createdAt: string;
  readonly updatedAt: string;
  /** Number of writes from 1, including writes without a change. It shows whether an effect was applied twice. */
  readonly writes: number;
}

/** One input of a batch upsert. */
export interface UpsertInput {
  readonly id: string;
  readonly properties: Readonly<Record<string, string>>;
}

/** One result of a batch upsert. */
export interface UpsertResult {
  readonly deal: CrmDeal;
  readonly isNew: boolean;
}

/** Properties that every portal has, without the portal's own unique ones. */
const STANDARD_PROPERTIES = [
  'amount',
  'closedate',
  'createdate',
  'deal_currency_code',
  'dealname',
  'dealstage',
  'description',
  'hs_lastmodifieddate',
  'hs_object_id',
  'pipeline',
] as const;

const standardProperty = (name: string): CrmProperty => ({
  name,
  label: name,
  type: 'string',
  fieldType: 'text',
  groupName: 'dealinformation',
  hasUniqueValue: false,
});

/** The store; one per stand-in. */
export class CrmStore {
  readonly #nowMs: () => number;
  readonly #deals = new Map<string, CrmDeal>();
  readonly #properties = new Map<string, CrmProperty>(
    STANDARD_PROPERTIES.map((name) => [name, standardProperty(name)] as const),
  );
  #lastId = 17_000_000_000;

  constructor(nowMs: () => number) {
    this.#nowMs = nowMs;
  }

  /** All deals, oldest first. */
  deals(): readonly CrmDeal[] {
    return [...this.#deals.values()];
  }

  /** All properties, in order of creation. */
  properties(): readonly CrmProperty[] {
    return [...this.#properties.values()];
  }

  /** A property by its name; `undefined` if it does not exist. */
  property(name: string): CrmProperty | undefined {
    return this.#properties.get(name);
  }

  /** Adds a property; returns false when the name is already used. */
  addProperty(property: CrmProperty): boolean {
    if (this.#properties.has(property.name)) return false;
    this.#properties.set(property.name, property);
    return true;
  }

  /** The deal whose `idProperty` has this value; without `idProperty`, the deal with this id. */
  find(id: string, idProperty?: string): CrmDeal | undefined {
    if (idProperty === undefined || idProperty === 'hs_object_id') return this.#deals.get(id);
    return this.deals().find((deal) => deal.properties[idProperty] === id);
  }

  /** Writes one deal: updates the deal that has this value, or creates one. */
  upsert(idProperty: string, input: UpsertInput): UpsertResult {
    const found = this.find(input.id, idProperty);
    const properties = { ...input.properties, [idProperty]: input.id };
    const deal = found === undefined ? this.#create(properties) : this.#change(found, properties);
    this.#deals.set(deal.id, deal);
    return { deal, isNew: found === undefined };
  }

  /** Deletes all deals; keeps the properties, because they belong to the set-up. */
  clearDeals(): void {
    this.#deals.clear();
  }

  #create(properties: Readonly<Record<string, string>>): CrmDeal {
    this.#lastId += 1;
    const id = String(this.#lastId);
    const now = new Date(this.#nowMs()).toISOString();
    const own = { hs_object_id: id, createdate: now, hs_lastmodifieddate: now };
    return { id, properties: { ...properties, ...own }, createdAt: now, updatedAt: now, writes: 1 };
  }

  #change(deal: CrmDeal, changes: Readonly<Record<string, string>>): CrmDeal {
    const now = new Date(this.#nowMs()).toISOString();
    const properties = { ...deal.properties, ...changes, hs_lastmodifieddate: now };
    return { ...deal, properties, updatedAt: now, writes: deal.writes + 1 };
  }
}
