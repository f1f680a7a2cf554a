/** Free ports: not the same one twice, none that is taken, none that the system gives to outgoing connections. */
import { describe, expect, it } from 'vitest';
import { startServer } from '../../../../tools/rig/http/http-server.ts';
import { freePort } from '../../../../tools/rig/process/ports.ts';

describe('freePort', () => {
  it('gives every caller of a process another one, also at the same time', async () => {
    const ports = await Promise.all(Array.from({ length: 40 }, () => freePort()));

    expect(new Set(ports).size).toBe(ports.length);
  });

  it('passes over one that a program listens on', async () => {
    const before = await freePort();
    const other = await startServer(() => Promise.resolve({ status: 200 }), before + 1);

    expect(await freePort()).not.toBe(before + 1);
    await other.stop();
  });

  it('keeps out of what systems give to outgoing connections, from 32768 on or higher', async () => {
    const port = await freePort();

    expect(port).toBeGreaterThanOrEqual(10_000);
    expect(port).toBeLessThan(32_768);
  });
});
