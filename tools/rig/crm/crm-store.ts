/** Stores CRM objects and their properties in memory, like HubSpot. */
import { CRM_OBJECT_TYPES, type CrmProperty, standardProperties } from './crm-object-types.ts';

/** An object: a deal, a note, … */
export interface CrmRecord {
  readonly objectType: string;
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
  readonly record: CrmRecord;
  readonly isNew: boolean;
}

/** The store; one per stand-in. */
export class CrmStore {
  readonly #nowMs: () => number;
  /** By type and id. */
  readonly #records = new Map<string, CrmRecord>();
  readonly #properties = new Map(
    CRM_OBJECT_TYPES.map((type) => [
      type,
      new Map(standardProperties(type).map((property) => [property.name, property])),
    ]),
  );
  readonly #links = new Set<string>();
  #lastId = 17_000_000_000;

  constructor(nowMs: () => number) {
    this.#nowMs = nowMs;
  }

  /** All objects, of one type or of all, oldest first. */
  records(objectType?: string): readonly CrmRecord[] {
    const all = [...this.#records.values()];
    return objectType === undefined ? all : all.filter((record) => record.objectType === objectType);
  }

  /** Properties of a type, in order of creation. */
  properties(objectType: string): readonly CrmProperty[] {
    return [...(this.#properties.get(objectType)?.values() ?? [])];
  }

  /** A property by its name; `undefined` if it does not exist. */
  property(objectType: string, name: string): CrmProperty | undefined {
    return this.#properties.get(objectType)?.get(name);
  }

  /** Adds a property; returns false when the name is already used. */
  addProperty(objectType: string, property: CrmProperty): boolean {
    const properties = this.#properties.get(objectType);
    if (properties === undefined || properties.has(property.name)) return false;
    properties.set(property.name, property);
    return true;
  }

  /** The object whose `idProperty` has this value; without `idProperty`, the object with this id. */
  find(objectType: string, id: string, idProperty?: string): CrmRecord | undefined {
    if (idProperty === undefined || idProperty === 'hs_object_id')
      return this.#records.get(`${objectType}/${id}`);
    return this.records(objectType).find(({ properties }) => properties[idProperty] === id);
  }

  /** Writes one object: updates the one that has this value, or creates one. */
  upsert(objectType: string, idProperty: string, input: UpsertInput): UpsertResult {
    const found = this.find(objectType, input.id, idProperty);
    const properties = { ...input.properties, [idProperty]: input.id };
    const record =
      found === undefined ? this.#create(objectType, properties) : this.#change(found, properties);
    this.#records.set(`${objectType}/${record.id}`, record);
    return { record, isNew: found === undefined };
  }

  /** Links two objects. A repeated call changes nothing. */
  link(from: CrmRecord, to: CrmRecord): void {
    this.#links.add(linkOf(from, to)).add(linkOf(to, from));
  }

  /** Objects of a type that are linked with one. */
  linked(from: CrmRecord, toType: string): readonly CrmRecord[] {
    return this.records(toType).filter((to) => this.#links.has(linkOf(from, to)));
  }

  /** Deletes all objects and links; keeps the properties, because they belong to the set-up. */
  clear(): void {
    this.#records.clear();
    this.#links.clear();
  }

  #create(objectType: string, properties: Readonly<Record<string, string>>): CrmRecord {
    this.#lastId += 1;
    const id = String(this.#lastId);
    const now = new Date(this.#nowMs()).toISOString();
    const own = { hs_object_id: id, createdate: now, hs_lastmodifieddate: now };
    return {
      objectType,
      id,
      properties: { ...properties, ...own },
      createdAt: now,
      updatedAt: now,
      writes: 1,
    };
  }

  #change(record: CrmRecord, changes: Readonly<Record<string, string>>): CrmRecord {
    const now = new Date(this.#nowMs()).toISOString();
    const properties = { ...record.properties, ...changes, hs_lastmodifieddate: now };
    return { ...record, properties, updatedAt: now, writes: record.writes + 1 };
  }
}

const linkOf = (from: CrmRecord, to: CrmRecord): string =>
  `${from.objectType}/${from.id} ${to.objectType}/${to.id}`;
