import { readFile } from 'node:fs/promises';
import { describe, expect, it } from 'vitest';
import type * as z from 'zod/mini';
import { enqueueBodySchema } from '../../lambdas/actions/kinds.ts';
import {
  kindChangeSchema,
  kindListSchema,
  pauseBodySchema,
} from '../../lambdas/queue/contracts/api-kinds.ts';
import {
  API_ROUTES,
  auditViewSchema,
  controlBodySchema,
  healthSchema,
  taskPageSchema,
  taskViewSchema,
} from '../../lambdas/queue/contracts/api.ts';
import { problemSchema } from '../../lambdas/queue/contracts/api-problem.ts';
import {
  buildOpenApi,
  OPENAPI_FILE,
  type OpenApiOperation,
  renderOpenApi,
} from '../../tools/generate/openapi.ts';

const openApi = buildOpenApi();
const operations: readonly [id: string, path: string, operation: OpenApiOperation][] = Object.entries(
  openApi.paths,
).flatMap(([path, methods]) =>
  Object.values(methods).map((operation): [string, string, OpenApiOperation] => [
    operation.operationId,
    path,
    operation,
  ]),
);

/** Every `$ref` below a value. */
function refsIn(value: unknown): readonly string[] {
  if (typeof value !== 'object' || value === null) return [];
  return Object.entries(value).flatMap(([key, child]) =>
    key === '$ref' && typeof child === 'string' ? [child] : refsIn(child),
  );
}

const resolve = (ref: string): unknown =>
  ref
    .replace('#/', '')
    .split('/')
    .reduce<unknown>((parent, name) => new Map(Object.entries(Object(parent))).get(name), openApi);

const SCHEMAS: Readonly<Record<string, z.ZodMiniType>> = {
  EnqueueRequest: enqueueBodySchema,
  ControlRequest: controlBodySchema,
  Task: taskViewSchema,
  TaskPage: taskPageSchema,
  AuditTrail: auditViewSchema,
  PauseRequest: pauseBodySchema,
  KindList: kindListSchema,
  KindChange: kindChangeSchema,
  Health: healthSchema,
  Problem: problemSchema,
};

interface Content {
  readonly schema?: unknown;
  readonly examples?: unknown;
}

/** Examples of contents with one of {@link SCHEMAS}, each with its schema. */
const examplesIn = (content: Readonly<Record<string, Content>>) =>
  Object.values(content).flatMap(({ schema, examples }) => {
    const described = SCHEMAS[refsIn(schema)[0]?.split('/').at(-1) ?? ''];
    const values: unknown[] = Object.values(Object(examples)).map((example) => Object(example).value);
    return described === undefined ? [] : values.map((value) => ({ described, value }));
  });

describe('docs/openapi.json', () => {
  it('equals the output of `npm run generate`', async () => {
    expect(await readFile(OPENAPI_FILE, 'utf8')).toBe(renderOpenApi());
  });

  it('describes exactly the routes', () => {
    const described = Object.entries(openApi.paths).flatMap(([path, methods]) =>
      Object.keys(methods).map((method) => `${method.toUpperCase()} ${path}`),
    );

    expect(described.toSorted()).toEqual(
      Object.values(API_ROUTES)
        .map(({ method, path }) => `${method} ${path}`)
        .toSorted(),
    );
  });

  it('gives every operation its own id', () => {
    expect(new Set(operations.map(([id]) => id)).size).toBe(operations.length);
  });

  it('shows bodies of known schemas only, so that every example can be checked', () => {
    const contents = operations.flatMap(([, , { responses, requestBody }]) => [
      ...Object.values(responses).map(({ content }) => content),
      Object(requestBody?.['content']),
    ]);
    const shown = new Set(
      contents.flatMap((content) => Object.values(content).flatMap((body) => refsIn(Object(body).schema))),
    );

    const known = [...Object.keys(SCHEMAS), 'GatewayMessage'].map((name) => `#/components/schemas/${name}`);
    expect([...shown].toSorted()).toEqual(known.toSorted());
  });

  it('resolves every reference and has no unused definitions', () => {
    const refs = new Set(refsIn(openApi));

    expect([...refs].filter((ref) => resolve(ref) === undefined)).toEqual([]);
    const defined = ['schemas', 'parameters', 'headers'].flatMap((part) =>
      Object.keys(openApi.components[part] ?? {}).map((name) => `#/components/${part}/${name}`),
    );
    expect(defined.filter((name) => !refs.has(name))).toEqual([]);
  });
});

describe.each(operations)('the operation %s', (_id, path, operation) => {
  const { responses, parameters, requestBody } = operation;

  it('declares the parameters of its path', () => {
    const named = parameters.map((parameter) => refsIn(parameter)[0]?.split('/').at(-1) ?? parameter['name']);

    for (const [, name] of path.matchAll(/\{(\w+)\}/g)) expect(named).toContain(name);
  });

  it('has one kind of success and documents a fault', () => {
    expect(Object.keys(responses).some((status) => status.startsWith('2'))).toBe(true);
    expect(responses).toHaveProperty('500');
  });

  it('shows an example of every answer', () => {
    const withoutExample = Object.entries(responses)
      .filter(([, { content }]) =>
        Object.values(content).every(({ examples }) => Object.keys(examples).length === 0),
      )
      .map(([status]) => status);

    expect(withoutExample).toEqual([]);
  });

  it('shows answers that match their schemas', () => {
    const wrong = Object.entries(responses).flatMap(([status, { content }]) =>
      examplesIn(content).flatMap(({ described, value }) => {
        const shown: unknown = described === problemSchema ? Object(value).status : Number(status);
        return described.safeParse(value).success && shown === Number(status) ? [] : [{ status, value }];
      }),
    );

    expect(wrong).toEqual([]);
  });

  it('shows an example of its request that the handler accepts', () => {
    const content: Record<string, Content> = Object(requestBody?.['content']);

    for (const { described, value } of examplesIn(content)) {
      expect(described.safeParse(value).error).toBeUndefined();
    }
  });
});
