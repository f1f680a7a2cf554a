/** Free ports: never the same one twice, no used port, and no port that the system gives to outgoing connections. */
import { describe, expect, it } from 'vitest';
import { startServer } from '../../../../tools/rig/http/http-server.ts';
import { freePort } from '../../../../tools/rig/process/ports.ts';

describe('freePort', () => {
  it('gives every call in a process another port, also concurrently', async () => {
    const ports = await Promise.all(Array.from({ length: 40 }, () => freePort()));

    expect(new Set(ports).size).toBe(ports.length);
  });

  it('skips a port on which a program listens', async () => {
    const before = await freePort();
    const other = await startServer(() => Promise.resolve({ status: 200 }), before + 1);

    expect(await freePort()).not.toBe(before + 1);
    await other.stop();
  });

  it('avoids the range of outgoing connections, which starts at 32768 or higher', async () => {
    const port = await freePort();

    expect(port).toBeGreaterThanOrEqual(10_000);
    expect(port).toBeLessThan(32_768);
  });
});
