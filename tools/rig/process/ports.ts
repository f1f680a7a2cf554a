/** TCP ports of 127.0.0.1. */
import { createServer } from 'node:net';
import getPort from 'get-port';
import { LocalEnvironmentError } from './processes.ts';

const listenOnce = (port: number): Promise<number | undefined> =>
  new Promise((resolve, reject) => {
    const server = createServer();
    server.once('error', (error: NodeJS.ErrnoException) =>
      error.code === 'EADDRINUSE' || error.code === 'EACCES' ? resolve(undefined) : reject(error),
    );
    server.listen(port, '127.0.0.1', () => {
      const address = server.address();
      server.close(() => resolve(typeof address === 'object' && address !== null ? address.port : undefined));
    });
  });

/**
 * Below the ports that systems give to outgoing connections (from 32768 on, or higher): none of those takes one away while
 * its server is still being installed or started.
 */
const FIRST_PORT = 10_000;
const PORTS = 22_000;
/** More than an environment needs. Processes that look at the same time begin at places of their own. */
const PORTS_PER_PROCESS = 16;
let nextIndex = (process.pid * PORTS_PER_PROCESS) % PORTS;

/** Every port once, from the place of this process on. */
const candidates = (): readonly number[] =>
  Array.from({ length: PORTS }, (_, index) => FIRST_PORT + ((nextIndex + index) % PORTS));

/**
 * A port that nobody listens on now, and that this process is not given again soon. Not reserved: somebody else may take it before the
 * caller does.
 */
export async function freePort(): Promise<number> {
  const port = await getPort({ host: '127.0.0.1', port: candidates() });
  nextIndex = (port - FIRST_PORT + 1) % PORTS;
  return port;
}

/**
 * `wanted` once it is known that nobody listens on it, or a free port when none is wanted.
 * @throws {LocalEnvironmentError} when somebody does: a health check would take the other program for ours
 */
export const claimPort = async (wanted: number | undefined): Promise<number> => {
  if (wanted === undefined) return freePort();
  if ((await listenOnce(wanted)) !== undefined) return wanted;
  throw new LocalEnvironmentError(
    `port ${wanted}: expected a free port of 127.0.0.1, another program listens on it`,
  );
};

/** `preferred` when nobody listens on it, else any free port. */
export const preferredPort = async (preferred: number): Promise<number> =>
  (await listenOnce(preferred)) ?? (await freePort());
