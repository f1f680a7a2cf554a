/**
 * Writes `docs/openapi.json` (OpenAPI 3.1): routes and schemas come from `lambdas/queue/contracts`, examples from the code that
 * answers requests.
 */
import { writeFile } from 'node:fs/promises';
import * as z from 'zod/mini';
import { ActionKind, enqueueBodySchema } from '../../lambdas/actions/kinds.ts';
import {
  kindChangeSchema,
  kindListSchema,
  kindSchema,
  kindViewSchema,
  pauseBodySchema,
} from '../../lambdas/queue/contracts/api-kinds.ts';
import {
  API_ROUTES,
  auditEntrySchema,
  auditViewSchema,
  controlBodySchema,
  healthSchema,
  type OperationId,
  taskPageSchema,
  taskViewSchema,
} from '../../lambdas/queue/contracts/api.ts';
import { fieldErrorSchema, problemSchema } from '../../lambdas/queue/contracts/api-problem.ts';
import {
  approvalSchema,
  quoteIdSchema,
  quoteLineSchema,
  quoteSnapshotSchema,
} from '../../lambdas/shared/contracts/quote-snapshot.ts';
import { taskIdSchema } from '../../lambdas/queue/contracts/records.ts';
import { EXAMPLES } from './openapi-examples.ts';
import { OPERATIONS } from './openapi-operations.ts';
import type { JsonObject, OperationDoc } from './openapi-parts.ts';

/** Path of the generated description. */
export const OPENAPI_FILE = new URL('../../docs/openapi.json', import.meta.url);

/** An operation with its id. */
export interface OpenApiOperation extends OperationDoc {
  readonly operationId: OperationId;
}

/** The whole description. */
export interface OpenApiDocument {
  readonly openapi: '3.1.0';
  readonly info: JsonObject;
  readonly servers: readonly JsonObject[];
  readonly security: readonly JsonObject[];
  readonly tags: readonly JsonObject[];
  readonly paths: Readonly<Record<string, Readonly<Record<string, OpenApiOperation>>>>;
  readonly components: Readonly<Record<string, JsonObject>>;
}

const NAMED_SCHEMAS = {
  EnqueueRequest: enqueueBodySchema,
  QuoteSnapshot: quoteSnapshotSchema,
  QuoteLine: quoteLineSchema,
  Approval: approvalSchema,
  ControlRequest: controlBodySchema,
  Task: taskViewSchema,
  TaskPage: taskPageSchema,
  AuditTrail: auditViewSchema,
  AuditEntry: auditEntrySchema,
  PauseRequest: pauseBodySchema,
  Kind: kindViewSchema,
  KindList: kindListSchema,
  KindChange: kindChangeSchema,
  Health: healthSchema,
  Problem: problemSchema,
  FieldError: fieldErrorSchema,
  GatewayMessage: z.object({ message: z.string() }),
} as const;

/** zod writes a date pattern of 300 characters; `date-time` and the Z for UTC mean the same. */
const shortenInstant = ({ jsonSchema }: { jsonSchema: z.core.JSONSchema.BaseSchema }): void => {
  if (jsonSchema.format === 'date-time') jsonSchema.pattern = 'Z$';
};

function schemas(): JsonObject {
  const registry = z.registry<{ id: string }>();
  for (const [id, schema] of Object.entries(NAMED_SCHEMAS)) registry.add(schema, { id });
  const { schemas: generated } = z.toJSONSchema(registry, {
    uri: (id) => `#/components/schemas/${id}`,
    override: shortenInstant,
  });
  return Object.fromEntries(
    Object.entries(generated).map(([name, { $schema: _dialect, $id: _id, ...schema }]) => [name, schema]),
  );
}

const inlineSchema = (schema: z.ZodMiniType): JsonObject => {
  const { $schema: _dialect, ...inline } = z.toJSONSchema(schema);
  return inline;
};

const pathParameter = (name: string, schema: z.ZodMiniType, example: string): JsonObject => ({
  name,
  in: 'path',
  required: true,
  schema: inlineSchema(schema),
  example,
});

const OTHER_TAGS =
  'Any other entity tag, weak ones included, matches no version (412); `*`, a list, and text that is not an entity tag are answered with 400.';

const PARAMETERS = {
  quoteId: pathParameter('quoteId', quoteIdSchema, EXAMPLES.quoteId),
  taskId: pathParameter('taskId', taskIdSchema, EXAMPLES.taskId),
  'If-Match': {
    name: 'If-Match',
    in: 'header',
    required: true,
    description: `ETag of the task that was read: its version in double quotes. ${OTHER_TAGS}`,
    schema: { type: 'string', pattern: '^"[1-9][0-9]{0,14}"$' },
    example: '"3"',
  },
  kind: pathParameter('kind', kindSchema, ActionKind.CrmSync),
  'If-Match-Kind': {
    name: 'If-Match',
    in: 'header',
    required: false,
    description: `ETag of the kind: the change is made only from that version; without the header from any version. ${OTHER_TAGS}`,
    schema: { type: 'string', pattern: '^"(0|[1-9][0-9]{0,14})"$' },
    example: '"3"',
  },
} as const;

const header = (description: string, example: string): JsonObject => ({
  description,
  schema: { type: 'string' },
  example,
});

const HEADERS = {
  ETag: header('Version of the task or kind in double quotes, for `If-Match`', '"1"'),
  Location: header('Path of the task', `/actions/${EXAMPLES.taskId}`),
  'Idempotency-Replayed': header('Always `true`: the task existed before', 'true'),
  'Retry-After': header('Seconds after which the request may be sent again', '5'),
} as const;

const DESCRIPTION = [
  'Carries out each action of an accepted quote with exactly one effect, and shows every step.',
  'Every error is a problem of RFC 9457 with a stable `code`; an unknown path is answered with 404,',
  'an unknown method of a known path with 405 and `Allow`. Problems of API Gateway itself have a `message` only.',
  'Amounts are integers in minor units as strings. Caches must not store answers.',
].join(' ');

const SECURITY = {
  signature: {
    type: 'apiKey',
    name: 'Authorization',
    in: 'header',
    description: 'AWS Signature Version 4 for the service `execute-api`',
    'x-amazon-apigateway-authtype': 'awsSigv4',
  },
} as const;

const TAGS = [
  { name: 'quotes', description: 'Actions of a quote' },
  { name: 'actions', description: 'One action: its task and its trail' },
  { name: 'operators', description: 'Guarded transitions by people' },
  { name: 'kinds', description: 'Pausing kinds whose provider is unavailable' },
  { name: 'service', description: 'The API itself' },
] as const;

const operationIds = (): readonly OperationId[] =>
  Object.keys(API_ROUTES).filter((id): id is OperationId => Object.hasOwn(API_ROUTES, id));

function paths(): OpenApiDocument['paths'] {
  const byPath: Record<string, Record<string, OpenApiOperation>> = {};
  for (const operationId of operationIds()) {
    const { path, method } = API_ROUTES[operationId];
    const operation = { operationId, ...OPERATIONS[operationId] };
    byPath[path] = { ...byPath[path], [method.toLowerCase()]: operation };
  }
  return byPath;
}

/** The description as data; the same on every machine. */
export const buildOpenApi = (): OpenApiDocument => ({
  openapi: '3.1.0',
  info: {
    title: 'Quote Execution Queue',
    version: '0.1.0',
    description: DESCRIPTION,
    license: { name: 'MIT', identifier: 'MIT' },
  },
  servers: [{ url: '/' }],
  security: [{ signature: [] }],
  tags: TAGS,
  paths: paths(),
  components: {
    schemas: schemas(),
    parameters: PARAMETERS,
    headers: HEADERS,
    securitySchemes: SECURITY,
  },
});

/** The text of `docs/openapi.json`; ends with a line feed. */
export const renderOpenApi = (): string => `${JSON.stringify(buildOpenApi(), null, 2)}\n`;

/** Writes `docs/openapi.json`. */
export async function writeOpenApi(): Promise<void> {
  await writeFile(OPENAPI_FILE, renderOpenApi());
}
