/** Reports about a bus that does not accept events. */
import { afterEach, describe, expect, it, vi } from 'vitest';
import { createEventPublisher } from '../../../../lambdas/queue/adapters/event-publisher.ts';
import { SCHEMA_VERSION } from '../../../../lambdas/queue/contracts/records.ts';
import type { ExecutionTransitioned } from '../../../../lambdas/queue/contracts/events.ts';
import {
  json,
  type RunningServer,
  type ServerReply,
  startServer,
} from '../../../../tools/rig/http/http-server.ts';
import { FakeClock, START_MS } from '../../../../tools/rig/fake-clock.ts';

let bus: RunningServer | undefined;
afterEach(async () => {
  vi.unstubAllEnvs();
  await bus?.stop();
  bus = undefined;
});

const eventOf = (version: number): ExecutionTransitioned => ({
  schemaVersion: SCHEMA_VERSION,
  taskId: `task-${'0'.repeat(40)}`,
  quoteId: 'Q-1',
  kind: 'crm.sync',
  version,
  from: 'queued',
  to: 'running',
  cause: 'claim',
  actor: 'worker',
  attempt: 1,
  deferrals: 0,
  generation: 1,
  atMs: START_MS,
});
const EVENTS = [eventOf(1), eventOf(2)];

async function putTo(url: string) {
  vi.stubEnv('AWS_ENDPOINT_URL_EVENTBRIDGE', url);
  vi.stubEnv('AWS_REGION', 'eu-central-1');
  vi.stubEnv('AWS_ACCESS_KEY_ID', 'test');
  vi.stubEnv('AWS_SECRET_ACCESS_KEY', 'test');
  return createEventPublisher('transitions', new FakeClock())(EVENTS);
}

async function putToBusThat(answer: () => ServerReply) {
  bus = await startServer(() => Promise.resolve(answer()));
  return putTo(bus.url);
}

const refusing = (status: number, type: string) => () => json(status, { __type: type, message: 'secret' });
const entries = (...codes: readonly (string | undefined)[]) => ({
  FailedEntryCount: codes.filter((code) => code !== undefined).length,
  Entries: codes.map((ErrorCode) => (ErrorCode === undefined ? { EventId: 'id' } : { ErrorCode })),
});

describe('a bus that accepts no events', () => {
  it.each([
    [
      'refuses by permission',
      refusing(400, 'com.amazon.coral.service#AccessDeniedException'),
      'HTTP 400 AccessDeniedException',
    ],
    ['does not exist', refusing(400, 'ResourceNotFoundException'), 'HTTP 400 ResourceNotFoundException'],
    ['names a person instead of a code', refusing(400, 'Ada of Ducks Ltd'), 'HTTP 400 unnamed'],
    ['fails with an empty body', () => ({ status: 503, body: '' }), 'HTTP 503 Unknown'],
    ['answers in another form', () => json(200, {}), 'an answer without its entries'],
  ])('and %s is reported as such', async (_how, answer, reason) => {
    expect(await putToBusThat(answer)).toEqual({ left: EVENTS, reasons: [reason] });
  });

  it("because the connection fails is reported with the system's error code", async () => {
    const gone = await startServer(() => Promise.resolve(json(200, {})));
    await gone.stop();

    expect(await putTo(gone.url)).toEqual({ left: EVENTS, reasons: ['Error ECONNREFUSED'] });
  });
});

describe('a bus that refuses entries', () => {
  it('leaves these entries and reports the first code', async () => {
    let asked = 0;
    const answer = () => {
      asked += 1;
      return json(200, asked === 1 ? entries(undefined, 'InternalFailure') : entries('ThrottlingException'));
    };

    expect(await putToBusThat(answer)).toEqual({ left: [EVENTS[1]], reasons: ['ThrottlingException'] });
  });

  it('does not get its text quoted in place of a code', async () => {
    const answer = json(200, entries('Ada of Ducks Ltd', 'Ada of Ducks Ltd'));

    expect(await putToBusThat(() => answer)).toEqual({ left: EVENTS, reasons: ['unnamed'] });
  });

  it('at first and accepts them later leaves no entries and no reason', async () => {
    let asked = 0;
    const answer = () => {
      asked += 1;
      return json(200, asked === 1 ? entries('ThrottlingException', undefined) : entries(undefined));
    };

    expect(await putToBusThat(answer)).toEqual({ left: [], reasons: [] });
  });
});
