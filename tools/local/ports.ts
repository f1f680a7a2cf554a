/** TCP ports of 127.0.0.1. */
import { createServer } from 'node:net';
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

/** A port that nobody listens on now. Not reserved: somebody else may take it before the caller does. */
export const freePort = async (): Promise<number> => {
  const port = await listenOnce(0);
  if (port === undefined) throw new Error('port: expected the system to give a free port of 127.0.0.1');
  return port;
};

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
