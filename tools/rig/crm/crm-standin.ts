/** An HTTP server that behaves like HubSpot's CRM, with a control API and a page for people. */
import * as z from 'zod/mini';
import { crmApi } from './crm-api.ts';
import { recordsPage } from './crm-page.ts';
import * as replies from './crm-replies.ts';
import { CrmStore } from './crm-store.ts';
import { bodyOf, json, startServer } from '../http/http-server.ts';
import type { RunningServer, ServerReply, ServerRequest } from '../http/http-server.ts';
import { RateWindow } from '../http/rate-window.ts';

const RETRY_AFTER_SECONDS = 1;
const RECORD_PATH = /^\/crm\/v3\/objects\/([^/]+)\/([^/]+)$/;

const limitsSchema = z.object({
  requestsPerSecond: z.nullable(
    z.number('expected a number ≥ 1 or null').check(z.minimum(1, 'expected ≥ 1')),
  ),
});

/** Options of the start. */
export interface CrmOptions {
  /** The only bearer token that is accepted. */
  readonly token: string;
  /** @default a free port */
  readonly port?: number | undefined;
  /** Requests per second; `null`: no limit. @default null */
  readonly requestsPerSecond?: number | null | undefined;
  /** Clock, in epoch milliseconds; @default the system's */
  readonly nowMs?: (() => number) | undefined;
}

/** A running stand-in. Its page is at `<url>/`. */
export type CrmStandin = RunningServer;

const refuseControl = (message: string): ServerReply => json(400, { error: message });

const controlApi = (store: CrmStore, limit: RateWindow, request: ServerRequest): ServerReply => {
  switch (`${request.method} ${request.path}`) {
    case 'GET /_control/objects':
      return json(200, { objects: store.records() });
    case 'GET /_control/deals':
      return json(200, { deals: store.records('deals') });
    case 'POST /_control/limits':
      limit.requestsPerSecond = bodyOf(request, limitsSchema, refuseControl).requestsPerSecond;
      return json(200, { requestsPerSecond: limit.requestsPerSecond });
    case 'POST /_control/reset':
      store.clear();
      limit.requestsPerSecond = null;
      return json(200, { ok: true });
    default:
      return json(404, { error: `There is no ${request.method} ${request.path} here` });
  }
};

/** The page that a card links to. A person opens it without a token, because a browser sends none. */
const pageFor = (store: CrmStore, { method, path, headers }: ServerRequest): ServerReply | undefined => {
  if (method !== 'GET') return undefined;
  if (path === '/') return recordsPage(store.records());
  const isPerson = headers.authorization === undefined && headers.accept?.includes('text/html') === true;
  const [, type = '', id = ''] = (isPerson && RECORD_PATH.exec(path)) || [];
  const record = store.find(type, decodeURIComponent(id));
  return record === undefined ? undefined : recordsPage([record]);
};

/**
 * Starts the stand-in with HubSpot's standard properties and no objects. `POST /_control/reset` deletes the objects and the limit;
 * it keeps the properties, because they belong to the set-up.
 * @throws {Error} `EADDRINUSE` when the port is not free
 */
export const startCrmStandin = async (options: CrmOptions): Promise<CrmStandin> => {
  const nowMs = options.nowMs ?? Date.now;
  const store = new CrmStore(nowMs);
  const limit = new RateWindow(nowMs, options.requestsPerSecond ?? null);
  return startServer(async (request) => {
    const page = pageFor(store, request);
    if (page !== undefined) return page;
    if (request.path.startsWith('/_control/')) return controlApi(store, limit, request);
    if (request.headers.authorization !== `Bearer ${options.token}`) return replies.unauthorised();
    if (!limit.admit()) return replies.rateLimited(RETRY_AFTER_SECONDS);
    return crmApi(store, request, nowMs);
  }, options.port);
};
