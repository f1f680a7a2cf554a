/** HubSpot's CRM API for every type of object: upsert, read, search, associations and properties. */
import * as z from 'zod/mini';
import { type BodyOwner, bodyOf, json, ReplyError, type ServerReply } from '../http/http-server.ts';
import { CRM_OBJECT_TYPES, type CrmProperty, requiredProperties } from './crm-object-types.ts';
import * as replies from './crm-replies.ts';
import type { CrmRecord, CrmStore } from './crm-store.ts';

/** HubSpot's own limit. */
const MAX_INPUTS = 100;

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
const filterSchema = z.object({
  propertyName: z.string('expected the name of a property'),
  operator: z.literal('EQ', 'expected EQ; the stand-in knows no other operator'),
  value: z.string('expected text'),
});
const searchSchema = z.object({
  filterGroups: z
    .array(z.object({ filters: z.array(filterSchema, 'expected a list') }), 'expected a list')
    .check(z.length(1, 'expected 1 group; the stand-in knows no more')),
  properties: z.optional(z.array(z.string('expected text'), 'expected a list')),
});

/** A request to the API. */
export interface CrmRequest extends BodyOwner {
  readonly method: string;
  /** Path without the query. */
  readonly path: string;
  readonly query: URLSearchParams;
}

/** Input of a route. */
interface CrmCall {
  readonly store: CrmStore;
  readonly request: CrmRequest;
  /** In epoch milliseconds. */
  readonly nowMs: () => number;
  /** Variable parts of the path: first the type of object. */
  readonly parts: readonly [objectType: string, ...rest: string[]];
}

type Input = z.infer<typeof upsertSchema>['inputs'][number];

const view = (record: CrmRecord, names: readonly string[] = Object.keys(record.properties)): object => {
  const { id, createdAt, updatedAt } = record;
  const properties = Object.fromEntries(names.map((name) => [name, record.properties[name] ?? null]));
  return { id, properties, createdAt, updatedAt, archived: false };
};

const refuse = (message: string, reply = replies.validationError(message)): ReplyError =>
  new ReplyError(message, reply);

const notUnique = (idProperty: string, type: string): string =>
  `idProperty: ${idProperty} is not a unique property of ${type}`;

function checkInput({ store, parts: [type] }: CrmCall, { idProperty, id, properties }: Input): void {
  if (store.property(type, idProperty)?.hasUniqueValue !== true) throw refuse(notUnique(idProperty, type));
  const unknown = Object.keys(properties).find((name) => store.property(type, name) === undefined);
  if (unknown !== undefined) throw refuse(unknown, replies.unknownProperty(unknown));
  if (store.find(type, id, idProperty) !== undefined) return;
  const missing = requiredProperties(type).find((name) => properties[name] === undefined);
  if (missing !== undefined) throw refuse(missing, replies.missingProperty(missing));
}

function checkDistinct(inputs: readonly Input[]): void {
  if (new Set(inputs.map(({ idProperty, id }) => `${idProperty} ${id}`)).size === inputs.length) return;
  throw refuse('Duplicate IDs found in batch input');
}

const complete = (nowMs: () => number, startedAt: string, results: readonly object[]): ServerReply =>
  json(200, { status: 'COMPLETE', results, startedAt, completedAt: new Date(nowMs()).toISOString() });

function upsert(call: CrmCall): ServerReply {
  const { store, request, nowMs, parts } = call;
  const { inputs } = bodyOf(request, upsertSchema, replies.validationError);
  for (const input of inputs) checkInput(call, input);
  checkDistinct(inputs);
  const startedAt = new Date(nowMs()).toISOString();
  const results = inputs.map((input) => store.upsert(parts[0], input.idProperty, input));
  const views = results.map(({ record, isNew }) => ({ ...view(record), new: isNew }));
  return complete(nowMs, startedAt, views);
}

/** Properties that a read returns in addition to the requested ones: HubSpot's own, not those of the portal. */
const shownIn = (store: CrmStore, type: string, asked: readonly string[]): readonly string[] => {
  const standard = store.properties(type).filter(({ name, label }) => name === label);
  return [...new Set([...standard.map(({ name }) => name), ...asked])].filter((name) => name !== '');
};

function read({ store, request, parts: [type, id = ''] }: CrmCall): ServerReply {
  const idProperty = request.query.get('idProperty') ?? 'hs_object_id';
  if (idProperty !== 'hs_object_id' && store.property(type, idProperty)?.hasUniqueValue !== true)
    return replies.validationError(notUnique(idProperty, type));
  const record = store.find(type, id, idProperty);
  if (record === undefined) return replies.notFound('Object not found.  objectId are usually numeric.');
  const asked = request.query.getAll('properties').flatMap((names) => names.split(','));
  return json(200, view(record, shownIn(store, type, asked)));
}

function search({ store, request, parts: [type] }: CrmCall): ServerReply {
  const { filterGroups, properties = [] } = bodyOf(request, searchSchema, replies.validationError);
  const filters = filterGroups.flatMap((group) => group.filters);
  const found = store
    .records(type)
    .filter((record) =>
      filters.every(({ propertyName, value }) => record.properties[propertyName] === value),
    );
  const results = found.map((record) => view(record, shownIn(store, type, properties)));
  return json(200, { total: results.length, results });
}

function associate({ store, parts: [fromType, fromId = '', toType = '', toId = ''] }: CrmCall): ServerReply {
  const [from, to] = [store.find(fromType, fromId), store.find(toType, toId)];
  if (from === undefined || to === undefined) return replies.notFound('One of the objects does not exist.');
  store.link(from, to);
  return json(200, { status: 'COMPLETE', results: [{ from: { id: fromId }, to: { id: toId } }] });
}

function associations({ store, parts: [fromType, fromId = '', toType = ''] }: CrmCall): ServerReply {
  const from = store.find(fromType, fromId);
  if (from === undefined) return replies.notFound('The object does not exist.');
  return json(200, { results: store.linked(from, toType).map(({ id }) => ({ toObjectId: Number(id) })) });
}

function createProperty({ store, request, parts: [type] }: CrmCall): ServerReply {
  const given = bodyOf(request, propertySchema, replies.validationError);
  const property: CrmProperty = { ...given, hasUniqueValue: given.hasUniqueValue ?? false };
  if (store.addProperty(type, property)) return json(201, property);
  return replies.alreadyExists(`A property named '${property.name}' already exists.`);
}

function readProperty({ store, parts: [type, name = ''] }: CrmCall): ServerReply {
  const property = store.property(type, name);
  return property === undefined ? replies.notFound(`No property named '${name}'.`) : json(200, property);
}

const readProperties = ({ store, parts: [type] }: CrmCall): ServerReply =>
  json(200, { results: store.properties(type) });

/** A `:` is one variable part of the path. The first matching route answers. */
const ROUTES: readonly (readonly [method: string, path: RegExp, answer: (call: CrmCall) => ServerReply])[] = [
  ['POST', routeOf('/crm/v3/objects/:/batch/upsert'), upsert],
  ['POST', routeOf('/crm/v3/objects/:/search'), search],
  ['GET', routeOf('/crm/v3/objects/:/:'), read],
  ['PUT', routeOf('/crm/v4/objects/:/:/associations/default/:/:'), associate],
  ['GET', routeOf('/crm/v4/objects/:/:/associations/:'), associations],
  ['POST', routeOf('/crm/v3/properties/:'), createProperty],
  ['GET', routeOf('/crm/v3/properties/:'), readProperties],
  ['GET', routeOf('/crm/v3/properties/:/:'), readProperty],
];

function routeOf(path: string): RegExp {
  return new RegExp(`^${path.replaceAll(':', '([^/]+)')}$`);
}

/** Answers a request that was admitted. For a type that HubSpot does not have, the answer is 404. */
export function crmApi(store: CrmStore, request: CrmRequest, nowMs: () => number): ServerReply {
  for (const [method, path, answer] of ROUTES) {
    const found = method === request.method ? path.exec(request.path) : null;
    if (found === null) continue;
    const [objectType = '', ...rest] = found.slice(1).map(decodeURIComponent);
    if (CRM_OBJECT_TYPES.includes(objectType))
      return answer({ store, request, nowMs, parts: [objectType, ...rest] });
  }
  return replies.notFound(`There is no ${request.method} ${request.path} here.`);
}
