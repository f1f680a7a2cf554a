import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest';
import {
  json,
  type RunningServer,
  type ServerReply,
  type ServerRequest,
  startServer,
} from '../../../../tools/rig/http/http-server.ts';

let ssmParameter: typeof import('../../../../lambdas/shared/adapters/ssm-parameter.ts').ssmParameter;
let server: RunningServer;
let requests: ServerRequest[];
let replies: ServerReply[];

beforeEach(async () => {
  requests = [];
  replies = [];
  server = await startServer(async (request) => {
    requests.push(request);
    return replies.shift() ?? json(500, {});
  });
  vi.stubEnv('AWS_ENDPOINT_URL_SSM', server.url);
  vi.stubEnv('AWS_REGION', 'eu-central-1');
  vi.stubEnv('AWS_ACCESS_KEY_ID', 'AKIDEXAMPLE');
  vi.stubEnv('AWS_SECRET_ACCESS_KEY', 'secret');
  vi.stubEnv('AWS_SESSION_TOKEN', 'session');
  // The client caches the first address that it finds.
  vi.resetModules();
  ({ ssmParameter } = await import('../../../../lambdas/shared/adapters/ssm-parameter.ts'));
});
afterEach(async () => {
  vi.unstubAllEnvs();
  await server.stop();
});

const value = (Value: string): ServerReply =>
  json(200, { Parameter: { Name: 'n', Type: 'StringList', Value } });

describe('ssmParameter', () => {
  it('asks with a signature of the session and caches the answer', async () => {
    replies = [value('T1:U1,T1:U2')];

    const first = await ssmParameter('/kept', 60);
    const second = await ssmParameter('/kept', 60);

    expect([first, second]).toEqual(['T1:U1,T1:U2', 'T1:U1,T1:U2']);
    expect(requests).toHaveLength(1);
    expect(requests[0]?.headers).toMatchObject({
      'x-amz-target': 'AmazonSSM.GetParameter',
      'x-amz-security-token': 'session',
      authorization: expect.stringMatching(
        /^AWS4-HMAC-SHA256 Credential=AKIDEXAMPLE\/\d{8}\/eu-central-1\/ssm\//,
      ),
    });
    expect(JSON.parse(requests[0]?.body.toString() ?? '')).toMatchObject({ Name: '/kept' });
  });

  it('asks once more if the service is busy', async () => {
    replies = [json(500, {}), value('T1:U1')];

    expect(await ssmParameter('/busy', 60)).toBe('T1:U1');
  });

  it('returns nothing for an absent parameter, without caching that', async () => {
    replies = [json(400, { __type: 'com.amazonaws.ssm#ParameterNotFound' }), value('T1:U1')];

    const before = await ssmParameter('/late', 60);
    const after = await ssmParameter('/late', 60);

    expect([before, after]).toEqual([undefined, 'T1:U1']);
  });

  it('fails if the request is refused', async () => {
    replies = [json(400, { __type: 'AccessDeniedException', message: 'no' })];

    await expect(ssmParameter('/denied', 60)).rejects.toMatchObject({
      name: 'GetParameterError',
      cause: { name: 'AccessDeniedException' },
    });
  });
});
