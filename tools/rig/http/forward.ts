/** Forwards a request to an upstream without changing its bytes. */
import { request as httpRequest } from 'node:http';
import type { IncomingHttpHeaders, IncomingMessage } from 'node:http';
import { request as httpsRequest } from 'node:https';
import type { ServerReply, ServerRequest } from './http-server.ts';

/** Maximum time that an upstream may take, in ms. */
const UPSTREAM_LIMIT_MS = 60_000;

/** Headers that belong to one connection and are not forwarded. The body is complete, so its length is computed again. */
const HOP_BY_HOP = new Set([
  'connection',
  'content-length',
  'host',
  'keep-alive',
  'proxy-authenticate',
  'proxy-authorization',
  'te',
  'trailer',
  'transfer-encoding',
  'upgrade',
]);

const endToEnd = (headers: IncomingHttpHeaders): Record<string, string | readonly string[]> =>
  Object.fromEntries(
    Object.entries(headers).flatMap(([name, value]) =>
      value === undefined || HOP_BY_HOP.has(name) ? [] : [[name, value] as const],
    ),
  );

const readAll = async (message: IncomingMessage): Promise<Buffer> => {
  const chunks: Buffer[] = [];
  for await (const chunk of message) chunks.push(Buffer.from(chunk));
  return Buffer.concat(chunks);
};

/** A complete answer of an upstream. */
export interface UpstreamReply extends ServerReply {
  readonly body: Buffer;
}

/**
 * Sends the request to `url` and reads the whole answer. Requests no compression, so that bodies are readable.
 * @param more additional headers, e.g. the `host` that an AWS signature covers
 * @throws {Error} when the upstream cannot be reached, closes the connection early or takes longer than 60 s
 */
export const forward = (
  request: ServerRequest,
  url: string,
  more: Readonly<Record<string, string>> = {},
): Promise<UpstreamReply> =>
  new Promise((resolve, reject) => {
    const headers = {
      ...endToEnd(request.headers),
      'accept-encoding': 'identity',
      ...more,
      'content-length': request.body.length,
    };
    const send = url.startsWith('https:') ? httpsRequest : httpRequest;
    const options = { method: request.method, headers, agent: false, timeout: UPSTREAM_LIMIT_MS };
    const upstream = send(url, options, (message) => {
      readAll(message).then(
        (body) => resolve({ status: message.statusCode ?? 502, headers: endToEnd(message.headers), body }),
        reject,
      );
    });
    upstream.once('timeout', () => upstream.destroy(new Error(`no answer within ${UPSTREAM_LIMIT_MS} ms`)));
    upstream.once('error', reject);
    upstream.end(request.body);
  });
