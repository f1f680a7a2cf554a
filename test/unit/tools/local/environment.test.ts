import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { expect, it, onTestFinished } from 'vitest';
import { localStatus, startLocalEnvironment } from '../../../../tools/local/environment.ts';
import { freePort } from '../../../../tools/rig/process/ports.ts';

it.each([true, false])(
  'starts nothing if a user’s address does not answer (detached: %s)',
  async (detached) => {
    const root = mkdtempSync(join(tmpdir(), 'quoteq-test-'));
    onTestFinished(() => rmSync(root, { recursive: true, force: true }));
    const steps: string[] = [];
    const env = { AWS_ENDPOINT_URL: `http://127.0.0.1:${await freePort()}` };

    const start = startLocalEnvironment({ root, detached, env, onProgress: (step) => steps.push(step) });

    await expect(start).rejects.toThrow(`AWS_ENDPOINT_URL: nothing answers at ${env.AWS_ENDPOINT_URL}`);
    expect(steps).toEqual([]);
    expect(localStatus(root).services).toEqual([]);
  },
);
