import { describe, expect, it, onTestFinished } from 'vitest';
import { sendAwsRequestTo } from '../../../../tools/rig/aws/aws-request.ts';
import { json, type ServerRequest, startServer } from '../../../../tools/rig/http/http-server.ts';

describe('sendAwsRequestTo', () => {
  it('signs for service and Region of the target, not those of the process', async () => {
    const requests: ServerRequest[] = [];
    const ssm = await startServer((request) => {
      requests.push(request);
      return Promise.resolve(json(400, { __type: 'ParameterNotFound' }));
    });
    onTestFinished(() => ssm.stop());
    const credentials = { accessKeyId: 'AKIAEXAMPLE', secretAccessKey: 'secret', sessionToken: 'token' };

    const answer = await sendAwsRequestTo(
      { url: new URL(ssm.url), region: 'eu-west-3', credentials },
      { service: 'ssm', operation: 'AmazonSSM.GetParameter', body: { Name: '/a' }, timeoutMs: 60_000 },
    );

    expect(answer.status).toBe(400);
    expect(requests[0]).toMatchObject({
      method: 'POST',
      target: '/',
      headers: {
        authorization: expect.stringMatching(
          /^AWS4-HMAC-SHA256 Credential=AKIAEXAMPLE\/\d{8}\/eu-west-3\/ssm\/aws4_request, .*x-amz-target/,
        ),
        'x-amz-security-token': 'token',
        'x-amz-target': 'AmazonSSM.GetParameter',
        'content-type': 'application/x-amz-json-1.1',
      },
    });
    expect(requests[0]?.body.toString()).toBe('{"Name":"/a"}');
  });
});
