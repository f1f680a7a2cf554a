import { describe, expect, it, vi } from 'vitest';
import { QueueError } from '../../../../lambdas/shared/domain/errors.ts';
import { createSlackEndpoint, type SlackWork } from '../../../../lambdas/slack/handlers/endpoint.ts';
import { SlackRefusal } from '../../../../lambdas/slack/handlers/slack-refusal.ts';
import { createLogger } from '../../../../lambdas/shared/platform/logger.ts';
import { FakeClock } from '../../../../tools/rig/fake-clock.ts';
import { httpEvent } from '../../../helpers/http-event.ts';
import { lambdaContext } from '../../../helpers/lambda-context.ts';

const read = async () => ({ form: new URLSearchParams('a=secret-body'), botToken: 'xoxb-secret' });

/** Runs one request; returns the answer and the log. */
async function run(work: SlackWork) {
  const logger = createLogger('test');
  const logged: string[] = [];
  for (const level of ['info', 'error'] as const) {
    vi.spyOn(logger, level).mockImplementation((...entry) => void logged.push(JSON.stringify(entry)));
  }
  const endpoint = createSlackEndpoint(logger, read, work);
  const event = httpEvent({ method: 'POST', path: '/slack/interactions', body: 'a=secret-body' });
  return { answer: await endpoint(event, lambdaContext(new FakeClock())), logged: logged.join('\n') };
}

const fails =
  (thrown: unknown): SlackWork =>
  () =>
    Promise.reject(thrown);

describe('a Slack endpoint', () => {
  it('acknowledges with an empty body, or answers in JSON', async () => {
    const bare = await run(() => Promise.resolve(undefined));
    const spoken = await run(() => Promise.resolve({ text: 'hi' }));

    expect(bare.answer).toMatchObject({ statusCode: 200, body: '' });
    expect(spoken.answer).toMatchObject({ statusCode: 200, body: '{"text":"hi"}' });
  });

  it.each([
    [new SlackRefusal(401, 'mismatch'), 401, 'mismatch'],
    [new SlackRefusal(409, 'replayed'), 409, 'replayed'],
    [new QueueError('REQUEST_INVALID', { detail: 'value: expected JSON' }), 400, 'malformed'],
    [new QueueError('PROVIDER_MISCONFIGURED', { detail: 'operators: entry 1' }), 503, 'operators: entry 1'],
    [new Error('the token xoxb-secret is bad'), 503, '"errorName":"Error"'],
    [{ form: 'a=secret-body' }, 503, '"errorName":"object"'],
  ])('refuses with only the status, and logs its own text for %s', async (thrown, status, words) => {
    const { answer, logged } = await run(fails(thrown));

    expect(answer).toMatchObject({ statusCode: status, body: '' });
    expect(logged).toContain(words);
    expect(logged).not.toContain('secret');
  });
});
