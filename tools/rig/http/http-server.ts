/** A minimal HTTP server for the stand-ins: complete bodies as bytes, one handler, errors as answers. */
import { createServer } from 'node:http';
import type { IncomingHttpHeaders, IncomingMessage, Server, ServerResponse } from 'node:http';
import type { Socket } from 'node:net';
import type { Duplex } from 'node:stream';
import type * as z from 'zod/mini';

/** A request that was read completely. */
export interface ServerRequest {
  readonly method: string;
  /** Path without the query. */
  readonly path: string;
  readonly query: URLSearchParams;
  /** Path and query as received. */
  readonly target: string;
  readonly headers: IncomingHttpHeaders;
  readonly body: Buffer;
  /** The client's connection. */
  readonly socket: Socket;
}

/** An answer. */
export interface ServerReply {
  readonly status: number;
  readonly headers?: Readonly<Record<string, string | readonly string[]>>;
  readonly body?: string | Buffer;
}

/** An answer that a handler throws. */
export class ReplyError extends Error {
  override readonly name = 'ReplyError';
  readonly reply: ServerReply;
  constructor(message: string, reply: ServerReply) {
    super(message);
    this.reply = reply;
  }
}

/** A running server. */
export interface RunningServer {
  /** URL without a slash at the end. */
  readonly url: string;
  readonly port: number;
  /** Stops the server and closes open connections. */
  stop(): Promise<void>;
}

/** Returns the answer, or `undefined` if the connection was destroyed. */
export type Handler = (request: ServerRequest) => Promise<ServerReply | undefined>;

/** Takes over a connection, e.g. for a WebSocket; `head` is the data after the request. */
export type UpgradeHandler = (message: IncomingMessage, socket: Duplex, head: Buffer) => void;

/** An answer in JSON. */
export const json = (status: number, value: unknown, headers: Record<string, string> = {}): ServerReply => ({
  status,
  headers: { 'content-type': 'application/json; charset=utf-8', ...headers },
  body: JSON.stringify(value),
});

const readBody = async (message: IncomingMessage): Promise<Buffer> => {
  const chunks: Buffer[] = [];
  for await (const chunk of message) chunks.push(Buffer.from(chunk));
  return Buffer.concat(chunks);
};

const toRequest = async (message: IncomingMessage): Promise<ServerRequest> => {
  const target = message.url ?? '/';
  const url = new URL(target, 'http://local');
  return {
    method: message.method ?? 'GET',
    path: url.pathname,
    query: url.searchParams,
    target,
    headers: message.headers,
    body: await readBody(message),
    socket: message.socket,
  };
};

const replyTo = async (handler: Handler, message: IncomingMessage): Promise<ServerReply | undefined> => {
  try {
    return await handler(await toRequest(message));
  } catch (error) {
    if (error instanceof ReplyError) return error.reply;
    return json(500, { error: error instanceof Error ? error.message : String(error) });
  }
};

const send = (response: ServerResponse, reply: ServerReply | undefined): void => {
  if (reply === undefined || response.destroyed) return;
  for (const [name, value] of Object.entries(reply.headers ?? {})) {
    response.setHeader(name, typeof value === 'string' ? value : [...value]);
  }
  response.statusCode = reply.status;
  response.end(reply.body);
};

const listen = (server: Server, port: number): Promise<number> =>
  new Promise((resolve, reject) => {
    server.once('error', reject);
    server.listen(port, '127.0.0.1', () => {
      const address = server.address();
      if (typeof address === 'object' && address !== null) resolve(address.port);
    });
  });

/** Tracks the connections that were taken over. The server does not manage them, but waits for their end. */
const watchUpgrades = (server: Server, upgrade: UpgradeHandler): ReadonlySet<Duplex> => {
  const sockets = new Set<Duplex>();
  server.on('upgrade', (message: IncomingMessage, socket: Duplex, head: Buffer) => {
    sockets.add(socket);
    socket.once('close', () => sockets.delete(socket));
    upgrade(message, socket, head);
  });
  return sockets;
};

/**
 * Serves on 127.0.0.1. Without `upgrade`, an upgrade request is answered like any other.
 * @throws {Error} `EADDRINUSE` when the port is not free
 */
export const startServer = async (
  handler: Handler,
  port = 0,
  upgrade?: UpgradeHandler,
): Promise<RunningServer> => {
  const server = createServer((message, response) => {
    void replyTo(handler, message).then((reply) => send(response, reply));
  });
  const upgraded = upgrade === undefined ? new Set<Duplex>() : watchUpgrades(server, upgrade);
  const actualPort = await listen(server, port);
  return {
    url: `http://127.0.0.1:${actualPort}`,
    port: actualPort,
    stop: () =>
      new Promise((resolve) => {
        server.close(() => resolve());
        server.closeAllConnections();
        for (const socket of upgraded) socket.destroy();
      }),
  };
};

/** Builds an answer from an error message. */
export type Refusal = (message: string) => ServerReply;

/** The part of a {@link ServerRequest} with the body. */
export type BodyOwner = Pick<ServerRequest, 'body'>;

const parseJson = (request: BodyOwner, refuse: Refusal): unknown => {
  try {
    const value: unknown = JSON.parse(request.body.toString('utf8'));
    return value;
  } catch (error) {
    const message = 'body: expected JSON';
    throw new ReplyError(message, refuse(`${message} (${error instanceof Error ? error.message : ''})`));
  }
};

/**
 * The body as JSON of a given schema.
 * @throws {ReplyError} with the field and what was expected
 */
export const bodyOf = <T>(request: BodyOwner, schema: z.ZodMiniType<T>, refuse: Refusal): T => {
  const parsed = schema.safeParse(parseJson(request, refuse));
  if (parsed.success) return parsed.data;
  const problems = parsed.error.issues.map((issue) => `${issue.path.join('.') || 'body'}: ${issue.message}`);
  throw new ReplyError('body', refuse(problems.join('; ')));
};
