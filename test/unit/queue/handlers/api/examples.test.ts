import { readFileSync } from 'node:fs';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import * as z from 'zod/mini';
import { quoteSnapshotSchema } from '../../../../../lambdas/shared/contracts/quote-snapshot.ts';
import { snapshotViolations } from '../../../../../lambdas/queue/domain/enqueue/snapshot-guard.ts';
import { type ApiUnderTest, enqueueRequest, startApi, taskOf, withBody } from './api-under-test.ts';

const fileSchema = z.strictObject({
  snapshot: quoteSnapshotSchema,
  actions: z.array(z.looseObject({ idempotencyKey: z.string(), kind: z.string() })),
});
const read = (name: string) =>
  fileSchema.parse(
    JSON.parse(readFileSync(new URL(`../../../../../examples/${name}`, import.meta.url), 'utf8')),
  );

let api: ApiUnderTest;
beforeAll(async () => {
  api = await startApi({ ALLOWED_ENGINES: 'duckstore-pricing@3.2.0' });
});
afterAll(() => api.stop());

describe.each(['q-1042.json', 'q-1043.json', 'q-1044.json'])('examples/%s', (name) => {
  const { snapshot, actions } = read(name);
  const { quoteId } = snapshot;

  it('passes the guard', () => {
    expect(snapshotViolations(snapshot, quoteId, new Set(['duckstore-pricing@3.2.0']))).toEqual([]);
    expect(quoteId).toBe(name.replace('q', 'Q').replace('.json', ''));
  });

  it.each(['202', '200'])('has one action of each kind, which the API answers with %s', async (status) => {
    const answers = await Promise.all(
      actions.map(({ idempotencyKey, kind, ...payload }) => {
        const body = JSON.stringify({ kind, payload: { snapshot, ...payload } });
        return api.send(withBody(body, enqueueRequest({ quoteId, key: idempotencyKey })));
      }),
    );

    expect(answers.map((answer) => String(answer.status))).toEqual([status, status, status]);
    expect(answers.map((answer) => taskOf(answer).kind)).toEqual(['pdf.render', 'crm.sync', 'slack.notify']);
  });
});

describe('the examples together', () => {
  it('contain 60 lines, an approval, left-to-right and right-to-left scripts, and currencies with 0, 2 and 3 decimals', () => {
    const [euro, yen, dinar] = ['q-1042.json', 'q-1043.json', 'q-1044.json'].map(
      (name) => read(name).snapshot,
    );

    expect(euro).toMatchObject({ currency: 'EUR', approval: { required: true, decision: 'granted' } });
    expect(euro?.lines).toHaveLength(60);
    expect(euro?.notes).toMatch(/Łódź – 東京 – €1,234\.50[^]*العميل[^]*הלקוח[^]*🦆/u);
    expect([yen?.currency, dinar?.currency]).toEqual(['JPY', 'KWD']);
  });
});
