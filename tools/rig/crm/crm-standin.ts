/** An HTTP server that behaves like HubSpot's CRM v3 for deals, with a control API and a page for people. */
import * as z from 'zod/mini';
import { dealsPage } from './crm-page.ts';
import * as replies from './crm-replies.ts';
import { CrmStore } from './crm-store.ts';
import type { CrmDeal, CrmProperty } from './crm-store.ts';
import { ReplyError, bodyOf, json, startServer } from '../http/http-server.ts';
import type { RunningServer, ServerReply, ServerRequest } from '../http/http-server.ts';
import { RateWindow } from '../http/rate-window.ts';

/** HubSpot's own limit. */
const MAX_INPUTS = 100;
const RETRY_AFTER_SECONDS = 1;
const DEAL_PATH = /^\/crm\/v3\/objects\/deals\/[^/]+$/;

const propertyValue = z.pipe(
  z.union([z.string(), z.number(), z.boolean(), z.null()], 'expected text, a number, a boolean or null'),
  z.transform((value: string | number | boolean | null) => (value === null ? '' : String(value))),
);
const upsertSchema = z.object({
  inputs: z
    .array(
      z.object({
        idProperty: z.string('expected the name of a unique property'),
        id: z.string('expected text').check(z.minLength(1, 'expected at least one character')),
        properties: z.record(z.string(), propertyValue, 'expected an object'),
      }),
      'expected a list',
    )
    .check(z.minLength(1, 'expected 1 to 100 inputs'), z.maxLength(MAX_INPUTS, 'expected 1 to 100 inputs')),
});
const propertySchema = z.object({
  name: z
    .string('expected text')
    .check(z.regex(/^[a-z][a-z0-9_]*$/, 'expected lower-case letters, digits and _')),
  label: z.string('expected text'),
  type: z.enum(['string', 'number', 'date', 'datetime', 'enumeration', 'bool'], 'expected a property type'),
  fieldType: z.string('expected text'),
  groupName: z.string('expected text'),
  hasUniqueValue: z.optional(z.boolean('expected a boolean')),
});
const limitsSchema = z.object({
  requestsPerSecond: z.nullable(
    z.number('expected a number ≥ 1 or null').check(z.minimum(1, 'expected ≥ 1')),
  ),
});

type UpsertInput = z.infer<typeof upsertSchema>['inputs'][number];

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

const view = (deal: CrmDeal, names: readonly string[] = Object.keys(deal.properties)): object => {
  const properties = Object.fromEntries(names.map((name) => [name, deal.properties[name] ?? null]));
  return { id: deal.id, properties, createdAt: deal.createdAt, updatedAt: deal.updatedAt, archived: false };
};

const checkInput = (store: CrmStore, input: UpsertInput): void => {
  if (store.property(input.idProperty)?.hasUniqueValue !== true) {
    const message = `idProperty: ${input.idProperty} is not a unique property of deals`;
    throw new ReplyError(message, replies.validationError(message));
  }
  const unknown = Object.keys(input.properties).find((name) => store.property(name) === undefined);
  if (unknown !== undefined) throw new ReplyError(unknown, replies.unknownProperty(unknown));
};

const checkDistinct = (inputs: readonly UpsertInput[]): void => {
  if (new Set(inputs.map(({ idProperty, id }) => `${idProperty} ${id}`)).size === inputs.length) return;
  const message = 'Duplicate IDs found in batch input';
  throw new ReplyError(message, replies.validationError(message));
};

const upsert = (store: CrmStore, request: ServerRequest, nowMs: () => number): ServerReply => {
  const { inputs } = bodyOf(request, upsertSchema, replies.validationError);
  for (const input of inputs) checkInput(store, input);
  checkDistinct(inputs);
  const startedAt = new Date(nowMs()).toISOString();
  const results = inputs.map((input) => store.upsert(input.idProperty, input));
  return json(200, {
    status: 'COMPLETE',
    results: results.map(({ deal, isNew }) => ({ ...view(deal), new: isNew })),
    startedAt,
    completedAt: new Date(nowMs()).toISOString(),
  });
};

const DEFAULT_PROPERTIES = [
  'amount',
  'closedate',
  'createdate',
  'dealname',
  'dealstage',
  'hs_lastmodifieddate',
  'hs_object_id',
  'pipeline',
];

const readDeal = (store: CrmStore, request: ServerRequest, id: string): ServerReply => {
  const idProperty = request.query.get('idProperty') ?? undefined;
  if (
    idProperty !== undefined &&
    idProperty !== 'hs_object_id' &&
    !store.property(idProperty)?.hasUniqueValue
  ) {
    return replies.validationError(`idProperty: ${idProperty} is not a unique property of deals`);
  }
  const deal = store.find(id, idProperty);
  if (deal === undefined) return replies.notFound('Object not found.  objectId are usually numeric.');
  const asked = request.query.getAll('properties').flatMap((names) => names.split(','));
  return json(
    200,
    view(
      deal,
      [...new Set([...DEFAULT_PROPERTIES, ...asked])].filter((name) => name !== ''),
    ),
  );
};

const createProperty = (store: CrmStore, request: ServerRequest): ServerReply => {
  const given = bodyOf(request, propertySchema, replies.validationError);
  const property: CrmProperty = { ...given, hasUniqueValue: given.hasUniqueValue ?? false };
  if (store.addProperty(property)) return json(201, property);
  return replies.alreadyExists(`A property named '${property.name}' already exists.`);
};

const readProperty = (store: CrmStore, name: string): ServerReply => {
  const property = store.property(name);
  return property === undefined ? replies.notFound(`No property named '${name}'.`) : json(200, property);
};

const lastSegment = (path: string): string => decodeURIComponent(path.slice(path.lastIndexOf('/') + 1));

const crmApi = (store: CrmStore, request: ServerRequest, nowMs: () => number): ServerReply => {
  const route = `${request.method} ${request.path}`;
  if (route === 'POST /crm/v3/objects/deals/batch/upsert') return upsert(store, request, nowMs);
  if (route === 'POST /crm/v3/properties/deals') return createProperty(store, request);
  if (route === 'GET /crm/v3/properties/deals') return json(200, { results: store.properties() });
  if (/^GET \/crm\/v3\/properties\/deals\/[^/]+$/.test(route))
    return readProperty(store, lastSegment(request.path));
  if (request.method === 'GET' && DEAL_PATH.test(request.path)) {
    return readDeal(store, request, lastSegment(request.path));
  }
  return replies.notFound(`There is no ${route} here.`);
};

const refuseControl = (message: string): ServerReply => json(400, { error: message });

const controlApi = (store: CrmStore, limit: RateWindow, request: ServerRequest): ServerReply => {
  switch (`${request.method} ${request.path}`) {
    case 'GET /_control/deals':
      return json(200, { deals: store.deals() });
    case 'POST /_control/limits':
      limit.requestsPerSecond = bodyOf(request, limitsSchema, refuseControl).requestsPerSecond;
      return json(200, { requestsPerSecond: limit.requestsPerSecond });
    case 'POST /_control/reset':
      store.clearDeals();
      limit.requestsPerSecond = null;
      return json(200, { ok: true });
    default:
      return json(404, { error: `There is no ${request.method} ${request.path} here` });
  }
};

/** The page that a card links to. A person opens it without a token, because a browser sends none. */
const pageFor = (store: CrmStore, { method, path, headers }: ServerRequest): ServerReply | undefined => {
  if (method !== 'GET') return undefined;
  if (path === '/') return dealsPage(store.deals());
  const isPerson = headers.authorization === undefined && headers.accept?.includes('text/html') === true;
  const deal = isPerson && DEAL_PATH.test(path) ? store.find(lastSegment(path)) : undefined;
  return deal === undefined ? undefined : dealsPage([deal]);
};

/**
 * Starts the stand-in with HubSpot's standard properties and no deals. `POST /_control/reset` deletes the deals and the limit;
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
