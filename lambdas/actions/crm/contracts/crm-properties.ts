/**
 * Properties of a CRM deal that the queue sets. They are created once per portal (a documented set-up step); the
 * upsert works only while {@link CRM_EFFECT_KEY_PROPERTY} is *unique* there.
 */

/** Effect key; the unique property that every upsert names as `idProperty`. */
export const CRM_EFFECT_KEY_PROPERTY = 'quoteq_effect_key';
/** SHA-256 of the requested content; the probe compares it. */
export const CRM_CONTENT_HASH_PROPERTY = 'quoteq_content_hash';
/** Quote to which the deal belongs. */
export const CRM_QUOTE_ID_PROPERTY = 'quoteq_quote_id';
/** Revision of the quote, as a decimal string. */
export const CRM_REVISION_PROPERTY = 'quoteq_revision';

/** Every property of a deal that the queue sets: HubSpot's own and those above. */
export const CRM_PROPERTIES: readonly string[] = [
  'dealname',
  'amount',
  'deal_currency_code',
  'dealstage',
  'closedate',
  CRM_EFFECT_KEY_PROPERTY,
  CRM_CONTENT_HASH_PROPERTY,
  CRM_QUOTE_ID_PROPERTY,
  CRM_REVISION_PROPERTY,
];
