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
 * Below the ports that systems use for outgoing connections (32768 and higher). Such a connection could take the port while its
 * server is being installed or started.
 */
const FIRST_PORT = 10_000;
const PORTS = 22_000;
/** More than an environment needs. Concurrent processes begin their search at different ports. */
const PORTS_PER_PROCESS = 16;
let nextIndex = (process.pid * PORTS_PER_PROCESS) % PORTS;

/** Every port once, beginning at this process's own start. */
const candidates = (): readonly number[] =>
  Array.from({ length: PORTS }, (_, index) => FIRST_PORT + ((nextIndex + index) % PORTS));

/**
 * A port on which no process listens now, and that is not returned to this process again soon. It is not reserved: another
 * program may take it before the caller does.
 */
export async function freePort(): Promise<number> {
  const port = await getPort({ host: '127.0.0.1', port: candidates() });
  nextIndex = (port - FIRST_PORT + 1) % PORTS;
  return port;
}

/**
 * `wanted`, if no process listens on it; a free port if `wanted` is `undefined`.
 * @throws {LocalEnvironmentError} when another program listens on it: a health check would take that program for ours
 */
export const claimPort = async (wanted: number | undefined): Promise<number> => {
  if (wanted === undefined) return freePort();
  if ((await listenOnce(wanted)) !== undefined) return wanted;
  throw new LocalEnvironmentError(
    `port ${wanted}: expected a free port of 127.0.0.1, another program listens on it`,
  );
};

/** `preferred` if no process listens on it, else any free port. */
export const preferredPort = async (preferred: number): Promise<number> =>
  (await listenOnce(preferred)) ?? (await freePort());
