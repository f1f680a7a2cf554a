/** Serves the local Slack's page with additions (see `additions.js`); forwards every other request and socket. */
import { readFileSync } from 'node:fs';
import { connect } from 'node:net';
import type { IncomingMessage } from 'node:http';
import { join } from 'node:path';
import type { Duplex } from 'node:stream';
import { forward } from '../../http/forward.ts';
import { json, startServer } from '../../http/http-server.ts';
import type { RunningServer, ServerReply, ServerRequest } from '../../http/http-server.ts';

/** Path of the additions. */
const SCRIPT_PATH = '/_quoteq/additions.js';
const SCRIPT_FILE = join(import.meta.dirname, 'additions.js');

/** Options of the start. */
export interface SlackPageOptions {
  /** Origin of the local Slack, without a slash at the end. */
  readonly slackUrl: string;
  /** @default a free port */
  readonly port?: number | undefined;
}

const script = (): ServerReply => ({
  status: 200,
  headers: { 'content-type': 'text/javascript; charset=utf-8', 'cache-control': 'no-store' },
  body: readFileSync(SCRIPT_FILE),
});

/** Inserted before the page's own script, because module scripts run in order. */
const withAdditions = (html: string): string =>
  html.replace('<head>', `<head><script type="module" src="${SCRIPT_PATH}"></script>`);

const answer = async (slackUrl: string, request: ServerRequest): Promise<ServerReply> => {
  if (request.path === SCRIPT_PATH) return script();
  try {
    const reply = await forward(request, slackUrl + request.target);
    const isPage = String(reply.headers?.['content-type']).startsWith('text/html');
    return isPage ? { ...reply, body: withAdditions(reply.body.toString('utf8')) } : reply;
  } catch (error) {
    return json(502, { error: `local Slack: ${error instanceof Error ? error.message : String(error)}` });
  }
};

/** The unchanged head of the request: the WebSocket handshake is between the page and Slack. */
const headOf = (message: IncomingMessage): string => {
  const { rawHeaders } = message;
  const lines = rawHeaders.flatMap((name, index) =>
    index % 2 === 0 ? [`${name}: ${rawHeaders[index + 1] ?? ''}`] : [],
  );
  return [`${message.method ?? 'GET'} ${message.url ?? '/'} HTTP/1.1`, ...lines, '', ''].join('\r\n');
};

const tunnel = (slackUrl: string, message: IncomingMessage, socket: Duplex, head: Buffer): void => {
  const { hostname, port } = new URL(slackUrl);
  const upstream = connect(Number(port), hostname, () => {
    upstream.write(headOf(message));
    upstream.write(head);
    upstream.pipe(socket).pipe(upstream);
  });
  for (const [end, other] of [
    [upstream, socket],
    [socket, upstream],
  ] as const) {
    end.on('error', () => other.destroy());
    end.on('close', () => other.destroy());
  }
};

/**
 * Serves the page on 127.0.0.1.
 * @throws {Error} `EADDRINUSE` when the port is taken
 */
export const startSlackPage = ({ slackUrl, port }: SlackPageOptions): Promise<RunningServer> =>
  startServer(
    (request) => answer(slackUrl, request),
    port,
    (message, socket, head) => tunnel(slackUrl, message, socket, head),
  );
