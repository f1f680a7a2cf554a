import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { invokeFunction } from '../../../../tools/cli/clients/invoke-function.ts';
import { withinLimit } from '../../../../tools/cli/time-limit.ts';
import { type RunningServer, startServer } from '../../../../tools/rig/http/http-server.ts';

let silent: RunningServer;

beforeEach(async () => {
  silent = await startServer(() => new Promise(() => undefined));
});
afterEach(() => silent.stop());

describe('invokeFunction', () => {
  it('waits no longer than the limit, and reports that the function may still run', async () => {
    const credentials = { accessKeyId: 'key', secretAccessKey: 'secret' };
    const client = { region: 'eu-central-1', endpoint: silent.url, credentials };

    await expect(invokeFunction({ client, stage: 'local' }, 'sweep', {}, 50)).rejects.toThrow(
      'sweep may still be running: expected an answer within 0.05 s',
    );
  });
});

describe('withinLimit', () => {
  it('returns the answer or the original error if it arrives in time', async () => {
    const refused = new Error('no');

    expect(await withinLimit('x', 60_000, () => Promise.resolve(1))).toBe(1);
    await expect(withinLimit('x', 60_000, () => Promise.reject(refused))).rejects.toBe(refused);
  });
});
