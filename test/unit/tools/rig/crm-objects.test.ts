/** The CRM stand-in on other objects than deals: notes, searches, associations. */
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { CRM_EFFECT_KEY_PROPERTY } from '../../../../lambdas/actions/crm/contracts/crm-properties.ts';
import { ensureCrmProperties } from '../../../../tools/rig/crm/crm-setup.ts';
import { type CrmStandin, startCrmStandin } from '../../../../tools/rig/crm/crm-standin.ts';

const TOKEN = 'pat-test';
let crm: CrmStandin;

beforeEach(async () => {
  crm = await startCrmStandin({ token: TOKEN });
  await ensureCrmProperties({ baseUrl: crm.url, token: TOKEN });
});
afterEach(() => crm.stop());

const call = async (path: string, body?: object): Promise<{ status: number; body: unknown }> => {
  const response = await fetch(crm.url + path, {
    method: body === undefined ? 'GET' : 'POST',
    headers: { authorization: `Bearer ${TOKEN}` },
    ...(body === undefined ? {} : { body: JSON.stringify(body) }),
  });
  return { status: response.status, body: await response.json() };
};
const upsertDeals = (...inputs: readonly (readonly [id: string, dealname: string])[]) =>
  call('/crm/v3/objects/deals/batch/upsert', {
    inputs: inputs.map(([id, dealname]) => ({
      idProperty: CRM_EFFECT_KEY_PROPERTY,
      id,
      properties: { dealname },
    })),
  });
const put = async (path: string): Promise<number> =>
  (await fetch(crm.url + path, { method: 'PUT', headers: { authorization: `Bearer ${TOKEN}` } })).status;
const createUnique = (type: string): Promise<unknown> =>
  call(`/crm/v3/properties/${type}`, {
    name: CRM_EFFECT_KEY_PROPERTY,
    label: 'Effect key',
    type: 'string',
    fieldType: 'text',
    groupName: 'engagement',
    hasUniqueValue: true,
  });
const upsertNote = (properties: object): Promise<{ status: number; body: unknown }> =>
  call('/crm/v3/objects/notes/batch/upsert', {
    inputs: [{ idProperty: CRM_EFFECT_KEY_PROPERTY, id: 'n1', properties }],
  });

describe('objects of other types', () => {
  it('are kept apart from deals, and need the properties that HubSpot requires', async () => {
    await createUnique('notes');

    expect(await upsertNote({ hs_note_body: 'Accepted' })).toMatchObject({
      status: 400,
      body: { message: expect.stringContaining('hs_timestamp') },
    });
    const note = { hs_note_body: 'Accepted', hs_timestamp: '2026-05-01T12:00:00Z' };
    expect(await upsertNote(note)).toMatchObject({ status: 200, body: { results: [{ new: true }] } });
    expect(await upsertNote({ hs_note_body: 'Changed' })).toMatchObject({
      body: { results: [{ new: false }] },
    });
    expect(await call('/_control/deals')).toMatchObject({ body: { deals: [] } });
    expect(await call('/_control/objects')).toMatchObject({
      body: { objects: [{ objectType: 'notes', writes: 2 }] },
    });
  });

  it('are not found when HubSpot has no such type', async () => {
    expect(await call('/crm/v3/objects/nonsense/1')).toMatchObject({ status: 404 });
  });

  it('are linked once, in both directions', async () => {
    await createUnique('notes');
    await upsertDeals(['k1', 'A']);
    await upsertNote({ hs_timestamp: '2026-05-01T12:00:00Z' });
    const [deal, note] = [17_000_000_001, 17_000_000_002];

    const link = `/crm/v4/objects/notes/${note}/associations/default/deals/${deal}`;
    expect([await put(link), await put(link)]).toEqual([200, 200]);

    expect(await call(`/crm/v4/objects/deals/${deal}/associations/notes`)).toMatchObject({
      body: { results: [{ toObjectId: note }] },
    });
    expect(await put('/crm/v4/objects/notes/1/associations/default/deals/2')).toBe(404);
  });
});

const search = (value: string): Promise<{ status: number; body: unknown }> =>
  call('/crm/v3/objects/deals/search', {
    filterGroups: [{ filters: [{ propertyName: 'dealname', operator: 'EQ', value }] }],
    properties: [CRM_EFFECT_KEY_PROPERTY],
  });

describe('a search', () => {
  it('finds the objects with a value, with the properties that are asked for', async () => {
    await upsertDeals(['k1', 'A'], ['k2', 'B']);

    expect(await search('B')).toMatchObject({
      status: 200,
      body: { total: 1, results: [{ properties: { dealname: 'B', [CRM_EFFECT_KEY_PROPERTY]: 'k2' } }] },
    });
    expect(await search('C')).toMatchObject({ body: { total: 0, results: [] } });
  });
});
