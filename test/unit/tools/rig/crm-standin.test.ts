import * as z from 'zod/mini';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import {
  CRM_CONTENT_HASH_PROPERTY,
  CRM_EFFECT_KEY_PROPERTY,
} from '../../../../lambdas/actions/crm/contracts/crm-properties.ts';
import { ensureCrmProperties } from '../../../../tools/rig/crm/crm-setup.ts';
import { startCrmStandin } from '../../../../tools/rig/crm/crm-standin.ts';
import type { CrmStandin } from '../../../../tools/rig/crm/crm-standin.ts';

const dealsSchema = z.object({ deals: z.array(z.object({ id: z.string() })) });
const TOKEN = 'pat-test';
const UPSERT = '/crm/v3/objects/deals/batch/upsert';
let crm: CrmStandin;
let nowMs = 0;

beforeEach(async () => {
  nowMs = Date.UTC(2026, 4, 1, 12);
  crm = await startCrmStandin({ token: TOKEN, nowMs: () => nowMs });
});
afterEach(() => crm.stop());

const call = async (
  path: string,
  body?: unknown,
  token = TOKEN,
): Promise<{ status: number; body: unknown }> => {
  const response = await fetch(crm.url + path, {
    method: body === undefined ? 'GET' : 'POST',
    headers: { authorization: `Bearer ${token}` },
    ...(body === undefined ? {} : { body: typeof body === 'string' ? body : JSON.stringify(body) }),
  });
  return { status: response.status, body: await response.json() };
};
const input = (id: string, properties: Record<string, unknown> = {}): object => ({
  idProperty: CRM_EFFECT_KEY_PROPERTY,
  id,
  properties,
});
const upsert = (...inputs: object[]): Promise<{ status: number; body: unknown }> => call(UPSERT, { inputs });
const setUp = (): Promise<void> => ensureCrmProperties({ baseUrl: crm.url, token: TOKEN });

const open = (path: string, headers: Record<string, string>): Promise<Response> =>
  fetch(crm.url + path, { headers: { accept: 'text/html,*/*', ...headers } });

describe('the address of a deal on a card', () => {
  it('is a page of the deal for a browser', async () => {
    await setUp();
    await upsert(input('k1', { dealname: 'First' }), input('k2', { dealname: 'Second' }));
    const [deal] = dealsSchema.parse(await (await fetch(`${crm.url}/_control/deals`)).json()).deals;

    const page = await open(`/crm/v3/objects/deals/${deal?.id ?? ''}`, {});

    expect(page.headers.get('content-type')).toContain('text/html');
    expect(await page.text()).toMatch(/First(?!.*Second)/s);
  });

  it('is refused to other clients without a token, and is JSON with one', async () => {
    await setUp();
    await upsert(input('k1'));
    const path = '/crm/v3/objects/deals/k1?idProperty=quoteq_effect_key';

    expect((await open(path, { accept: '*/*' })).status).toBe(401);
    expect((await open('/crm/v3/objects/deals/unknown', {})).status).toBe(401);
    const answer = await open(path, { authorization: `Bearer ${TOKEN}` });
    expect(answer.headers.get('content-type')).toContain('json');
  });
});

describe('batch upsert', () => {
  it('refuses an id property that does not exist, and writes nothing', async () => {
    const answer = await upsert(input('k1'));

    expect(answer).toMatchObject({ status: 400, body: { status: 'error', category: 'VALIDATION_ERROR' } });
    expect(await call('/_control/deals')).toMatchObject({ body: { deals: [] } });
  });

  it('refuses an id property that is not unique', async () => {
    await setUp();

    const answer = await upsert({ idProperty: CRM_CONTENT_HASH_PROPERTY, id: 'h', properties: {} });

    expect(answer).toMatchObject({ status: 400, body: { category: 'VALIDATION_ERROR' } });
  });

  it('creates a deal once and changes it afterwards', async () => {
    await setUp();

    const first = await upsert(input('k1', { dealname: 'A', amount: '10.00' }));
    nowMs += 1_000;
    const second = await upsert(input('k1', { amount: 12 }));

    expect(first).toMatchObject({ status: 200, body: { status: 'COMPLETE', results: [{ new: true }] } });
    expect(second).toMatchObject({
      body: {
        results: [
          {
            new: false,
            createdAt: '2026-05-01T12:00:00.000Z',
            updatedAt: '2026-05-01T12:00:01.000Z',
            properties: { dealname: 'A', amount: '12', [CRM_EFFECT_KEY_PROPERTY]: 'k1' },
          },
        ],
      },
    });
    expect(await call('/_control/deals')).toMatchObject({ body: { deals: [{ writes: 2 }] } });
  });

  it('refuses the whole batch if one property is unknown', async () => {
    await setUp();

    const answer = await upsert(input('k1'), input('k2', { nonsense: 'x' }));

    expect(answer.status).toBe(400);
    expect(JSON.stringify(answer.body)).toContain('PROPERTY_DOESNT_EXIST');
    expect(await call('/_control/deals')).toMatchObject({ body: { deals: [] } });
  });

  it('refuses the same id twice in a batch', async () => {
    await setUp();

    expect(await upsert(input('k1'), input('k1'))).toMatchObject({ status: 400 });
  });

  it.each([
    ['no JSON', '{', 'body'],
    ['no inputs', { inputs: [] }, 'inputs'],
    ['an input without id', { inputs: [{ idProperty: 'x', properties: {} }] }, 'inputs.0.id'],
  ])('names the field when there is %s', async (_name, body, field) => {
    const answer = await call(UPSERT, body);

    expect(answer.status).toBe(400);
    expect(answer.body).toMatchObject({ message: expect.stringContaining(field) });
  });
});

describe('reading a deal', () => {
  it('finds it by the unique property and returns the requested properties', async () => {
    await setUp();
    await upsert(input('k/1', { dealname: 'A', [CRM_CONTENT_HASH_PROPERTY]: 'h1' }));

    const query = `idProperty=${CRM_EFFECT_KEY_PROPERTY}&properties=${CRM_CONTENT_HASH_PROPERTY}`;
    const answer = await call(`/crm/v3/objects/deals/k%2F1?${query}`);

    expect(answer).toMatchObject({
      status: 200,
      body: { properties: { dealname: 'A', quoteq_content_hash: 'h1' } },
    });
    expect(JSON.stringify(answer.body)).not.toContain(CRM_EFFECT_KEY_PROPERTY);
  });

  it('answers 404 in the shape of HubSpot for a missing deal', async () => {
    await setUp();

    const answer = await call(`/crm/v3/objects/deals/none?idProperty=${CRM_EFFECT_KEY_PROPERTY}`);

    expect(answer).toMatchObject({ status: 404, body: { status: 'error', category: 'OBJECT_NOT_FOUND' } });
  });
});

const read = (): Promise<Response> =>
  fetch(`${crm.url}/crm/v3/properties/deals`, { headers: { authorization: `Bearer ${TOKEN}` } });

describe('access and limits', () => {
  it('refuses another token with 401', async () => {
    const answer = await call('/crm/v3/properties/deals', undefined, 'pat-other');

    expect(answer).toMatchObject({ status: 401, body: { category: 'INVALID_AUTHENTICATION' } });
  });

  it('answers 429 with Retry-After beyond the limit and admits again a second later', async () => {
    await call('/_control/limits', { requestsPerSecond: 2 });

    const [first, second, third] = [await read(), await read(), await read()];
    nowMs += 1_000;
    const fourth = await read();

    expect([first.status, second.status, third.status, fourth.status]).toEqual([200, 200, 429, 200]);
    expect(third.headers.get('retry-after')).toBe('1');
    expect(await third.json()).toMatchObject({ status: 'error', errorType: 'RATE_LIMIT' });
  });

  it('names the field of an invalid limit', async () => {
    const answer = await call('/_control/limits', { requestsPerSecond: 0 });

    expect(answer).toMatchObject({
      status: 400,
      body: { error: expect.stringContaining('requestsPerSecond') },
    });
  });

  it('forgets deals and limit on reset but keeps the properties', async () => {
    await setUp();
    await upsert(input('k1'));
    await call('/_control/limits', { requestsPerSecond: 1 });

    await call('/_control/reset', {});

    expect(await call('/_control/deals')).toMatchObject({ body: { deals: [] } });
    expect(await upsert(input('k1'))).toMatchObject({ status: 200, body: { results: [{ new: true }] } });
    expect(await upsert(input('k1'))).toMatchObject({ status: 200, body: { results: [{ new: false }] } });
  });
});

describe('set-up of the portal', () => {
  it('can be repeated', async () => {
    await setUp();

    await expect(setUp()).resolves.toBeUndefined();
  });

  it('refuses a portal whose effect key is not unique', async () => {
    const property = { label: 'x', type: 'string', fieldType: 'text', groupName: 'dealinformation' };
    await call('/crm/v3/properties/deals', { name: CRM_EFFECT_KEY_PROPERTY, ...property });

    await expect(setUp()).rejects.toThrow(`${CRM_EFFECT_KEY_PROPERTY}: expected it to be unique`);
  });

  it('answers 409 for a property that exists', async () => {
    await setUp();
    const property = { label: 'x', type: 'string', fieldType: 'text', groupName: 'dealinformation' };

    const answer = await call('/crm/v3/properties/deals', { name: CRM_EFFECT_KEY_PROPERTY, ...property });

    expect(answer).toMatchObject({ status: 409, body: { category: 'OBJECT_ALREADY_EXISTS' } });
  });
});

describe('the page', () => {
  it('shows the deals as text, for any names', async () => {
    await setUp();
    await upsert(input('k1', { dealname: '<script>alert("x")</script>' }));

    const page = await (await fetch(`${crm.url}/`)).text();

    expect(page).toContain('&lt;script&gt;alert(&quot;x&quot;)&lt;/script&gt;');
    expect(page).not.toContain('<script');
  });
});
