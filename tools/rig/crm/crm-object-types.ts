/** The object types of the CRM stand-in, with HubSpot's own properties of each. */

/** A property of one type of object. */
export interface CrmProperty {
  readonly name: string;
  readonly label: string;
  readonly type: string;
  readonly fieldType: string;
  readonly groupName: string;
  /** Whether no two objects may have the same value. Only such a property can identify an object in an upsert. */
  readonly hasUniqueValue: boolean;
}

interface CrmObjectTypeRow {
  readonly groupName: string;
  /** In addition to {@link COMMON}. */
  readonly properties: readonly string[];
  /** HubSpot's own property with a unique value per object. */
  readonly unique?: string;
  /** Properties that each object must have. */
  readonly required?: readonly string[];
}

/** Properties that objects of every type have. */
const COMMON = ['createdate', 'hs_lastmodifieddate', 'hs_object_id', 'hubspot_owner_id'];

const ROWS: Readonly<Record<string, CrmObjectTypeRow>> = {
  deals: {
    groupName: 'dealinformation',
    properties: [
      'amount',
      'closedate',
      'deal_currency_code',
      'dealname',
      'dealstage',
      'description',
      'pipeline',
    ],
  },
  notes: {
    groupName: 'engagement',
    properties: ['hs_note_body', 'hs_timestamp', 'hs_attachment_ids'],
    required: ['hs_timestamp'],
  },
  tasks: {
    groupName: 'task',
    properties: ['hs_task_body', 'hs_task_priority', 'hs_task_status', 'hs_task_subject', 'hs_timestamp'],
    required: ['hs_timestamp'],
  },
  contacts: {
    groupName: 'contactinformation',
    properties: ['email', 'firstname', 'lastname', 'phone'],
    unique: 'email',
  },
  companies: { groupName: 'companyinformation', properties: ['city', 'country', 'domain', 'name'] },
  line_items: {
    groupName: 'lineiteminformation',
    properties: [
      'amount',
      'description',
      'hs_line_item_currency_code',
      'hs_sku',
      'name',
      'price',
      'quantity',
    ],
  },
};

/** Names of the types in paths. */
export const CRM_OBJECT_TYPES: readonly string[] = Object.keys(ROWS);

/** HubSpot's own properties of a type; none for an unknown type. */
export function standardProperties(objectType: string): readonly CrmProperty[] {
  const row = ROWS[objectType];
  if (row === undefined) return [];
  return [...row.properties, ...COMMON].map((name) => ({
    name,
    label: name,
    type: 'string',
    fieldType: 'text',
    groupName: row.groupName,
    hasUniqueValue: name === row.unique,
  }));
}

/** Properties that a new object of this type must have. */
export const requiredProperties = (objectType: string): readonly string[] => ROWS[objectType]?.required ?? [];
