/** Checks whether the CRM accepts the token and has the properties of `docs/crm-setup.md`. It changes nothing. */
import * as z from 'zod/mini';
import { askProvider } from '../../../lambdas/shared/adapters/provider-http.ts';
import { isErrorOf, QueueError } from '../../../lambdas/shared/domain/errors.ts';
import { PORTAL_PROPERTIES, type CrmPortal, type PortalProperty } from '../../rig/crm/crm-setup.ts';
import type { Finding, Subject } from '../finding.ts';
import { failed, ok, skipped } from '../finding.ts';
import type { AwsSite } from './site.ts';
import { putCommand } from './secret-checks.ts';

const TOKEN: Subject = { subject: 'CRM token' };
const PROPERTIES: Subject = { subject: 'CRM properties' };
const PAGE = 'docs/crm-setup.md';
const REQUEST_TIMEOUT_MS = 10_000;

const propertySchema = z.object({ hasUniqueValue: z.optional(z.boolean()) });

/** The error of a property; `undefined` without an error. @throws {QueueError} */
async function problemOf(portal: CrmPortal, property: PortalProperty): Promise<string | undefined> {
  const { objectType, mustBeUnique } = property;
  const name = `${objectType}.${property.name}`;
  const { status, json } = await askProvider(
    {
      url: new URL(`${portal.baseUrl}/crm/v3/properties/${objectType}/${property.name}`),
      method: 'GET',
      token: portal.token,
      timeoutMs: REQUEST_TIMEOUT_MS,
    },
    Date.now,
  );
  if (status === 404) return `${name} is missing`;
  const parsed = propertySchema.safeParse(json);
  if (status !== 200 || !parsed.success) return `${name} could not be read (status ${status})`;
  return mustBeUnique && parsed.data.hasUniqueValue !== true ? `${name} is not unique` : undefined;
}

function refused(site: AwsSite, thrown: unknown): readonly Finding[] {
  if (!(thrown instanceof QueueError)) throw thrown;
  const fix = isErrorOf(thrown, 'locked_out')
    ? `give the private app the scopes of ${PAGE}, step 1; then put its token:\n${putCommand(site, 'crm', '{"token":"…"}')}`
    : `check the CRM's address (-c crmBaseUrl of the deployment) and its status page, and run this again`;
  return [failed(TOKEN, thrown.detail, fix), skipped(PROPERTIES, 'needs a token that the CRM takes')];
}

/** Checks token and properties of the stage's portal. */
export async function checkCrm(site: AwsSite, portal: CrmPortal): Promise<readonly Finding[]> {
  try {
    const problems: string[] = [];
    for (const property of PORTAL_PROPERTIES) {
      const problem = await problemOf(portal, property);
      if (problem !== undefined) problems.push(problem);
    }
    const token = ok(TOKEN, `${portal.baseUrl} takes it`);
    const names = PORTAL_PROPERTIES.map(({ objectType, name }) => `${objectType}.${name}`).join(', ');
    if (problems.length === 0) return [token, ok(PROPERTIES, names)];
    const fix = `create them with the commands of ${PAGE}, step 2; a property that is not unique cannot be changed: archive it first`;
    return [token, failed(PROPERTIES, problems.join('; '), fix)];
  } catch (thrown) {
    return refused(site, thrown);
  }
}
