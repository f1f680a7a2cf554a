/** The one-time set-up of a CRM portal: the properties that the queue sets on deals. */
import {
  CRM_CONTENT_HASH_PROPERTY,
  CRM_EFFECT_KEY_PROPERTY,
  CRM_QUOTE_ID_PROPERTY,
  CRM_REVISION_PROPERTY,
} from '../../../lambdas/actions/crm/contracts/crm-properties.ts';
import { cutLine } from '../../../lambdas/shared/contracts/text.ts';
import { LocalEnvironmentError } from '../process/processes.ts';

/** A portal. */
export interface CrmPortal {
  /** Origin of the portal, without a slash at the end. */
  readonly baseUrl: string;
  /** Bearer token that can read and write deal properties. */
  readonly token: string;
}

const LIMIT_MS = 10_000;

/** A property that a portal needs. */
export interface CrmProperty {
  readonly name: string;
  readonly label: string;
  /** Whether HubSpot finds deals by it in an upsert. */
  readonly mustBeUnique: boolean;
}

const wanted = (name: string, label: string, mustBeUnique = false): CrmProperty => ({
  name,
  label,
  mustBeUnique,
});

/** The properties of `docs/crm-setup.md`. */
export const CRM_PROPERTIES: readonly CrmProperty[] = [
  wanted(CRM_EFFECT_KEY_PROPERTY, 'Quote queue: effect key', true),
  wanted(CRM_CONTENT_HASH_PROPERTY, 'Quote queue: content hash'),
  wanted(CRM_QUOTE_ID_PROPERTY, 'Quote queue: quote id'),
  wanted(CRM_REVISION_PROPERTY, 'Quote queue: quote revision'),
];

const call = (portal: CrmPortal, path: string, body?: object): Promise<Response> =>
  fetch(`${portal.baseUrl}/crm/v3/properties/deals${path}`, {
    method: body === undefined ? 'GET' : 'POST',
    headers: { authorization: `Bearer ${portal.token}`, 'content-type': 'application/json' },
    signal: AbortSignal.timeout(LIMIT_MS),
    ...(body === undefined ? {} : { body: JSON.stringify(body) }),
  });

const failure = async (response: Response, doing: string): Promise<LocalEnvironmentError> =>
  new LocalEnvironmentError(
    `CRM: ${doing} answered ${response.status}: ${cutLine(await response.text(), 500)}`,
  );

const isUnique = async (response: Response): Promise<boolean> => {
  const property: unknown = await response.json();
  return (
    typeof property === 'object' &&
    property !== null &&
    'hasUniqueValue' in property &&
    property.hasUniqueValue === true
  );
};

const ensureProperty = async (
  portal: CrmPortal,
  { name, label, mustBeUnique: hasUniqueValue }: CrmProperty,
): Promise<void> => {
  const found = await call(portal, `/${name}`);
  if (found.ok) {
    if (!hasUniqueValue || (await isUnique(found))) return;
    throw new LocalEnvironmentError(
      `CRM property ${name}: expected it to be unique; a portal cannot change it later`,
    );
  }
  if (found.status !== 404) throw await failure(found, `reading the property ${name}`);
  const type = { type: 'string', fieldType: 'text', groupName: 'dealinformation' };
  const created = await call(portal, '', { name, label, ...type, hasUniqueValue });
  // 409: another process has created it in the meantime.
  if (!created.ok && created.status !== 409) throw await failure(created, `creating the property ${name}`);
};

/**
 * Creates the missing properties; does not change existing ones.
 * @throws {LocalEnvironmentError} when the portal refuses, or its property for the effect key is not unique
 */
export const ensureCrmProperties = async (portal: CrmPortal): Promise<void> => {
  for (const property of CRM_PROPERTIES) await ensureProperty(portal, property);
};
