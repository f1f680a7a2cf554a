/** The one-time set-up of a CRM portal: the properties that the queue sets on its objects. */
import {
  CRM_OBJECT_ROWS,
  CRM_OWN_PROPERTIES,
  type CrmOwnProperty,
} from '../../../lambdas/actions/crm/contracts/crm-properties.ts';
import { cutLine } from '../../../lambdas/shared/contracts/text.ts';
import type { CrmProperty } from './crm-object-types.ts';
import { LocalEnvironmentError } from '../process/processes.ts';

/** A portal. */
export interface CrmPortal {
  /** Origin of the portal, without a slash at the end. */
  readonly baseUrl: string;
  /** Bearer token that can read and write deal properties. */
  readonly token: string;
}

const LIMIT_MS = 10_000;

/** A property that a portal needs on one type of object. */
export interface PortalProperty extends CrmOwnProperty {
  /** Type of object, e.g. `deals`. */
  readonly objectType: string;
  readonly groupName: string;
}

/** The properties of `docs/crm-setup.md`. */
export const PORTAL_PROPERTIES: readonly PortalProperty[] = CRM_OBJECT_ROWS.flatMap(
  ([objectType, { groupName }]) =>
    CRM_OWN_PROPERTIES.map((property) => ({ ...property, objectType, groupName })),
);

/** A property as the CRM is asked to create it; it is unique only if it says so. */
type PropertyCreation = Omit<CrmProperty, 'hasUniqueValue'> & { readonly hasUniqueValue?: true };

/** Body of the request that creates a property. */
export const creationOf = ({ name, label, groupName, mustBeUnique }: PortalProperty): PropertyCreation => ({
  name,
  label,
  type: 'string',
  fieldType: 'text',
  groupName,
  ...(mustBeUnique ? { hasUniqueValue: true } : {}),
});

const call = (portal: CrmPortal, path: string, body?: object): Promise<Response> =>
  fetch(`${portal.baseUrl}/crm/v3/properties/${path}`, {
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

const ensureProperty = async (portal: CrmPortal, property: PortalProperty): Promise<void> => {
  const { objectType, name, mustBeUnique } = property;
  const found = await call(portal, `${objectType}/${name}`);
  if (found.ok) {
    if (!mustBeUnique || (await isUnique(found))) return;
    throw new LocalEnvironmentError(
      `CRM property ${name}: expected it to be unique on ${objectType}; a portal cannot change it later`,
    );
  }
  if (found.status !== 404) throw await failure(found, `reading the property ${name}`);
  const created = await call(portal, objectType, creationOf(property));
  // 409: another process has created it in the meantime.
  if (!created.ok && created.status !== 409) throw await failure(created, `creating the property ${name}`);
};

/**
 * Creates the missing properties; does not change existing ones.
 * @throws {LocalEnvironmentError} when the portal refuses, or its property for the effect key is not unique
 */
export const ensureCrmProperties = async (portal: CrmPortal): Promise<void> => {
  for (const property of PORTAL_PROPERTIES) await ensureProperty(portal, property);
};
