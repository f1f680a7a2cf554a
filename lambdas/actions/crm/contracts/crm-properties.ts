/**
 * What the queue keeps in a CRM: one row for each type of object. The set-up page, the doctor, the local portal and the reading of
 * refusals are derived from the rows. The properties are created once for each portal (`docs/crm-setup.md`).
 */

/** Effect key: the unique property that every upsert names as `idProperty`. */
export const CRM_EFFECT_KEY_PROPERTY = 'quoteq_effect_key';
/** SHA-256 of the requested content; the probe compares it. */
export const CRM_CONTENT_HASH_PROPERTY = 'quoteq_content_hash';
/** Quote to which the object belongs. */
export const CRM_QUOTE_ID_PROPERTY = 'quoteq_quote_id';
/** Revision of the quote, as a decimal string. */
export const CRM_REVISION_PROPERTY = 'quoteq_revision';

/** A property that the queue needs on each type of object. */
export interface CrmOwnProperty {
  readonly name: string;
  /** Label in the CRM. */
  readonly label: string;
  /** What it holds, in words for the set-up page. */
  readonly holds: string;
  /** Whether no two objects may have the same value. HubSpot upserts by such a property only. */
  readonly mustBeUnique: boolean;
}

/** The queue's own properties. Every object that an effect writes has all of them. */
export const CRM_OWN_PROPERTIES: readonly CrmOwnProperty[] = [
  {
    name: CRM_EFFECT_KEY_PROPERTY,
    label: 'Quote queue: effect key',
    holds: 'identity of the action; **unique**',
    mustBeUnique: true,
  },
  {
    name: CRM_CONTENT_HASH_PROPERTY,
    label: 'Quote queue: content hash',
    holds: 'SHA-256 of the requested content; a probe compares it',
    mustBeUnique: false,
  },
  {
    name: CRM_QUOTE_ID_PROPERTY,
    label: 'Quote queue: quote id',
    holds: 'the quote, to group objects',
    mustBeUnique: false,
  },
  {
    name: CRM_REVISION_PROPERTY,
    label: 'Quote queue: quote revision',
    holds: 'the revision of the quote',
    mustBeUnique: false,
  },
];

/** A type of object that effects write. */
interface CrmObjectRow {
  /** Scopes that the private app needs. */
  readonly scopes: readonly string[];
  /** Group of properties in which HubSpot shows the queue's own. */
  readonly groupName: string;
  /** HubSpot's own properties that the queue sets. */
  readonly sets: readonly string[];
}

const readAndWrite = (scope: string): readonly string[] => [`${scope}.read`, `${scope}.write`];

/** The rows, by the name that HubSpot's paths have: `/crm/v3/objects/deals`. */
export const CRM_OBJECTS = {
  deals: {
    scopes: [...readAndWrite('crm.objects.deals'), ...readAndWrite('crm.schemas.deals')],
    groupName: 'dealinformation',
    sets: ['dealname', 'amount', 'deal_currency_code', 'dealstage', 'closedate'],
  },
} as const satisfies Record<string, CrmObjectRow>;

/** A type of object that effects write. */
export type CrmObjectType = keyof typeof CRM_OBJECTS;

/** The rows with their names. */
export const CRM_OBJECT_ROWS: readonly (readonly [type: string, row: CrmObjectRow])[] =
  Object.entries(CRM_OBJECTS);

/** Every property that the queue sets, without repetition: HubSpot's and its own. */
export const CRM_PROPERTIES: readonly string[] = [
  ...new Set(CRM_OBJECT_ROWS.flatMap(([, { sets }]) => sets)),
  ...CRM_OWN_PROPERTIES.map(({ name }) => name),
];
