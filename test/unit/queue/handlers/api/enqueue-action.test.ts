import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { deriveTaskId } from '../../../../../lambdas/queue/domain/task/identity.ts';
import { actionOf, snapshotOf } from '../../../../helpers/builders.ts';
import {
  type ApiUnderTest,
  enqueueRequest,
  namedFields,
  newQuoteId,
  problemOf,
  startApi,
  taskOf,
  withBody,
} from './api-under-test.ts';

let api: ApiUnderTest;
beforeAll(async () => {
  api = await startApi();
});
afterAll(() => api.stop());

describe('POST /quotes/{quoteId}/actions', () => {
  it('answers 202 with the location, the version and the view of a new task', async () => {
    const quoteId = newQuoteId();

    const answer = await api.send(enqueueRequest({ quoteId, key: 'order-1' }));

    const taskId = deriveTaskId(quoteId, 'order-1');
    expect(answer).toMatchObject({
      status: 202,
      headers: { location: `/actions/${taskId}`, etag: '"1"', 'content-type': 'application/json' },
    });
    expect(answer.headers).not.toHaveProperty('idempotency-replayed');
    expect(taskOf(answer)).toMatchObject({ taskId, quoteId, kind: 'crm.sync', state: 'queued', version: 1 });
    expect(api.executions.get(`${taskId}-1`)).toContain('"worker":"crm"');
  });

  it('answers 200 with the same task and starts nothing when delivered again', async () => {
    const request = enqueueRequest();
    const first = await api.send(request);
    const executions = api.executions.size;

    const again = await api.send(request);

    expect(again.status).toBe(200);
    expect(again.headers).toMatchObject({
      'idempotency-replayed': 'true',
      location: first.headers['location'],
    });
    expect(again.body).toEqual(first.body);
    expect(api.executions.size).toBe(executions);
  });

  it('treats another spelling of the same JSON as the same request', async () => {
    const request = enqueueRequest();
    await api.send(request);
    const value: unknown = JSON.parse(String(request.body));
    const respelled = Object.fromEntries(Object.entries(Object(value)).toReversed());

    const again = await api.send(withBody(`\uFEFF ${JSON.stringify(respelled, null, 2)}`, request));

    expect(again.status).toBe(200);
  });

  it('stores one task for eight concurrent copies of a request', async () => {
    const request = enqueueRequest();

    const answers = await Promise.all(Array.from({ length: 8 }, () => api.send(request)));

    expect(answers.filter((answer) => answer.status === 202)).toHaveLength(1);
    expect(answers.filter((answer) => answer.status === 200)).toHaveLength(7);
    expect(new Set(answers.map((answer) => taskOf(answer).taskId)).size).toBe(1);
  });
});

describe('an idempotency key', () => {
  it.each(['once', 'again'])(
    'answers 409 to the same key with another payload, delivered %s',
    async (times) => {
      const quoteId = newQuoteId();
      await api.send(enqueueRequest({ quoteId }));
      const other = enqueueRequest({ quoteId, action: actionOf('pdf.render', snapshotOf({ quoteId })) });
      if (times === 'again') await api.send(other);

      const answer = await api.send(other);

      expect(answer.status).toBe(409);
      expect(problemOf(answer)).toMatchObject({
        type: 'urn:quoteq:problem:idempotency-key-reused',
        code: 'IDEMPOTENCY_KEY_REUSED',
        instance: 'urn:quoteq:request:request-1',
        detail: `key-1 is the key of ${deriveTaskId(quoteId, 'key-1')}, which has another kind or payload.`,
      });
      const stored = await api.tasks.get(deriveTaskId(quoteId, 'key-1'));
      expect(stored).toMatchObject({ kind: 'crm.sync', version: 1 });
    },
  );

  it('is separate for two quotes', async () => {
    const [one, two] = [await api.send(enqueueRequest()), await api.send(enqueueRequest())];

    expect([one.status, two.status]).toEqual([202, 202]);
    expect(taskOf(one).taskId).not.toBe(taskOf(two).taskId);
  });
});

describe('an accepted request', () => {
  it('names the caller that IAM authenticated as the actor, and "api" without a caller', async () => {
    const userArn = 'arn:aws:sts::123456789012:assumed-role/checkout/i-0abc';
    const signed = taskOf(await api.send(enqueueRequest({ userArn })));
    const unsigned = taskOf(await api.send(enqueueRequest()));

    expect((await api.tasks.get(signed.taskId))?.history[0]?.actor).toBe(userArn);
    expect((await api.tasks.get(unsigned.taskId))?.history[0]?.actor).toBe('api');
  });

  it('gets 503 if the execution cannot be started, and succeeds when sent again', async () => {
    api.failNextStart();
    const request = enqueueRequest();

    const failed = await api.send(request);
    const healed = await api.send(request);

    expect(failed.status).toBe(503);
    expect(failed.headers['retry-after']).toMatch(/^[1-9]\d*$/);
    expect(problemOf(failed)).toMatchObject({ code: 'DRIVER_NOT_STARTED' });
    expect(JSON.stringify(failed.body)).not.toContain('secret');
    expect(healed.status).toBe(200);
    expect(api.executions.has(`${taskOf(healed).taskId}-1`)).toBe(true);
  });

  it('may have a base64 body, any +json type and header names in any case', async () => {
    const request = enqueueRequest();
    const bytes = new TextEncoder().encode(String(request.body));
    const headers = {
      'Content-Type': 'application/vnd.duckstore+json; charset=UTF-8',
      'IDEMPOTENCY-KEY': 'k',
    };

    const answer = await api.send({ ...request, headers, body: bytes });

    expect(answer.status).toBe(202);
  });
});

describe('the replacement character', () => {
  it('is accepted as an escape and as bytes', async () => {
    const title = 'from \ufffd to \ufffd';
    const quoteId = newQuoteId();
    const request = enqueueRequest({ quoteId, action: actionOf('crm.sync', snapshotOf({ quoteId, title })) });
    const body = String(request.body);

    const escaped = await api.send(withBody(body.replaceAll('\ufffd', '\\ufffd'), request));
    const bytes = await api.send(withBody(new TextEncoder().encode(body), request));

    expect([escaped.status, bytes.status]).toEqual([202, 200]);
    expect((await api.tasks.get(taskOf(bytes).taskId))?.payloadJson).toContain(title);
  });
});

const enqueueAtStage = (dealStage: string) => {
  const quoteId = newQuoteId();
  const payload = { snapshot: snapshotOf({ quoteId }), dealStage };
  return api.send(enqueueRequest({ quoteId, action: { kind: 'crm.sync', payload } }));
};

const enqueueIn = (currency: string) => {
  const quoteId = newQuoteId();
  return api.send(
    enqueueRequest({ quoteId, action: actionOf('crm.sync', snapshotOf({ quoteId, currency })) }),
  );
};

describe('a stage of the CRM', () => {
  it.each(['9ec5e4a6-43b9-4f84-a3b2-1c2d3e4f5a6b', 'qualifiedToBuy', '2410510', 'closedwon', 'x'.repeat(64)])(
    'may be %s',
    async (dealStage) => {
      const answer = await enqueueAtStage(dealStage);

      expect(answer.status).toBe(202);
      const stored = await api.tasks.get(taskOf(answer).taskId);
      expect(stored?.payloadJson).toContain(`"dealStage":"${dealStage}"`);
    },
  );

  it.each(['', 'Closed won', 'x'.repeat(65), 'closedwon\n', 'łódź'])('may not be “%s”', async (dealStage) => {
    const answer = await enqueueAtStage(dealStage);

    expect(answer.status).toBe(422);
    expect(namedFields(answer)).toEqual(['/payload/dealStage']);
  });
});

describe('a currency', () => {
  it.each(['VED', 'XAD', 'XCG', 'ZWG', 'SLE', 'UYW'])('in use is accepted: %s', async (currency) => {
    expect((await enqueueIn(currency)).status).toBe(202);
  });

  it.each(['HRK', 'ANG', 'SLL', 'ZWL', 'CUC', 'BGN', 'XAU', 'XTS'])(
    'that is out of use or has no minor units is refused: %s',
    async (currency) => {
      const answer = await enqueueIn(currency);

      expect(answer.status).toBe(422);
      expect(namedFields(answer)).toEqual(['/payload/snapshot/currency']);
    },
  );
});

describe('a snapshot without sign-off', () => {
  it('is refused with pointers to its fields in the body', async () => {
    const quoteId = newQuoteId();
    const snapshot = snapshotOf({
      quoteId: 'Q-other',
      totalMinor: '1',
      currency: 'XQX',
      engine: { name: 'llm', version: '1' },
    });

    const answer = await api.send(enqueueRequest({ quoteId, action: actionOf('crm.sync', snapshot) }));

    expect(answer.status).toBe(422);
    expect(problemOf(answer).code).toBe('SNAPSHOT_REFUSED');
    expect(namedFields(answer)).toEqual([
      '/payload/snapshot/quoteId',
      '/payload/snapshot/currency',
      '/payload/snapshot/engine',
      '/payload/snapshot/totalMinor',
    ]);
    expect(await api.tasks.get(deriveTaskId(quoteId, 'key-1'))).toBeUndefined();
  });
});
