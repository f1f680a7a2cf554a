/**
 * Routing of one function by Powertools' event handler. Whatever happens, the answer is a documented one:
 * 1. The router sees method and path only, each segment encoded anew: no header, body, query or dot segment of a
 *    caller can make it throw or reach a route that API Gateway did not authorise.
 * 2. Every error becomes a problem; what is logged of it are its code and name.
 */
import {
  ParameterValidationError,
  Router,
  webResponseToProxyResult,
} from '@aws-lambda-powertools/event-handler/http';
import type { Logger } from '@aws-lambda-powertools/logger';
import type { APIGatewayProxyEventV2, APIGatewayProxyStructuredResultV2, Context } from 'aws-lambda';
import { API_ROUTES, type OperationOf } from '../../contracts/api.ts';
import type { QueueFunctionName } from '../../contracts/functions.ts';
import { nameOf } from '../../../shared/domain/errors.ts';
import { type ApiProblem, problemOf, problemResponse, refused } from './problem.ts';
import type { ApiRequest } from './request.ts';

/** Answers one operation; what it throws becomes a problem. */
export type Operation = (request: ApiRequest) => Promise<Response> | Response;

/** Handles the events of an HTTP API. */
export type ApiHandler = (
  event: APIGatewayProxyEventV2,
  context: Context,
) => Promise<APIGatewayProxyStructuredResultV2>;

/** A JSON answer that nobody may store: the next transition makes it old. */
export const jsonResponse = (body: unknown, status = 200, headers: Record<string, string> = {}): Response =>
  Response.json(body, { status, headers: { ...headers, 'cache-control': 'no-store' } });

const ROUTER_METHODS: ReadonlySet<string> = new Set([
  'GET',
  'POST',
  'PUT',
  'PATCH',
  'DELETE',
  'HEAD',
  'OPTIONS',
]);

const decoded = (segment: string): string => {
  try {
    return decodeURIComponent(segment);
  } catch {
    // Not percent-encoded: the segment is taken as it is.
    return segment;
  }
};

/** The path with each segment encoded once, or `undefined` when it holds dot segments or has no UTF-8 form. */
function safePathOf(rawPath: string): string | undefined {
  if (!rawPath.startsWith('/') || !rawPath.isWellFormed()) return undefined;
  const path = rawPath
    .split('/')
    .map((segment) => encodeURIComponent(decoded(segment)))
    .join('/');
  return new URL(`https://api${path}`).pathname === path ? path : undefined;
}

/** The template as the router writes it: `/actions/:taskId`. */
const toRouterPath = (template: string): `/${string}` =>
  `/${template.slice(1).replaceAll(/\{(\w+)\}/g, ':$1')}`;

const pattern = (template: string): RegExp => new RegExp(`^${template.replaceAll(/\{\w+\}/g, '[^/]+')}/?$`);

const NO_ROUTE = 'Path: expected one of the documented routes';

/** 405 when the path is one of the API's under another method, else 404. */
export function unrouted(method: string, path: string): ApiProblem {
  const methods = Object.values(API_ROUTES)
    .filter((route) => pattern(route.path).test(path))
    .map((route) => route.method);
  if (methods.length === 0 || methods.some((known) => known === method)) {
    return refused(404, NO_ROUTE);
  }
  const allow = methods.join(', ');
  return refused(405, `Method: expected ${allow}`, { headers: { allow } });
}

/**
 * What the router needs of an event, and nothing that a caller could break it with.
 * @throws {ApiProblem} 404 or 405 for a path or method that the router cannot even look at
 */
function routedEvent(event: APIGatewayProxyEventV2): APIGatewayProxyEventV2 {
  const path = safePathOf(event.rawPath);
  const method = event.requestContext.http.method.toUpperCase();
  if (path === undefined || !ROUTER_METHODS.has(method)) throw unrouted(method, path ?? '');
  return {
    version: '2.0',
    routeKey: '$default',
    rawPath: path,
    rawQueryString: '',
    headers: {},
    isBase64Encoded: false,
    requestContext: { ...event.requestContext, domainName: 'api' },
  };
}

function log(logger: Logger, event: APIGatewayProxyEventV2, problem: ApiProblem): void {
  const { status, code, cause } = problem;
  const { requestId, routeKey } = event.requestContext;
  const errorName = cause instanceof Error ? nameOf(cause) : undefined;
  const entry = { requestId, routeKey, status, code, errorName };
  if (status >= 500) logger.error('request failed', entry);
  else logger.info('request refused', entry);
}

function operationIds<F extends QueueFunctionName>(operations: Record<OperationOf<F>, Operation>) {
  const isOurs = (id: string): id is OperationOf<F> => Object.hasOwn(operations, id);
  return Object.keys(API_ROUTES).filter(isOurs);
}

/** Finds the caller's event behind the one that the router was given. */
type OriginalOf = (routed: object) => APIGatewayProxyEventV2;
type Fail = (thrown: unknown, event: APIGatewayProxyEventV2) => Response;

function createRouter<F extends QueueFunctionName>(
  logger: Logger,
  operations: Record<OperationOf<F>, Operation>,
  originalOf: OriginalOf,
  fail: Fail,
): Router {
  const router = new Router({ logger });
  for (const id of operationIds<F>(operations)) {
    const { method, path } = API_ROUTES[id];
    router.route(({ event, params }) => operations[id]({ event: originalOf(event), params }), {
      method,
      path: toRouterPath(path),
    });
  }
  router.notFound(async (_error, { req, event }) =>
    fail(unrouted(req.method, new URL(req.url).pathname), originalOf(event)),
  );
  // A parameter of white space only is as good as none.
  router.errorHandler(ParameterValidationError, async (_error, { event }) =>
    fail(refused(404, NO_ROUTE), originalOf(event)),
  );
  router.errorHandler(Error, async (error, { event }) => fail(error, originalOf(event)));
  return router;
}

/**
 * The handler of one API function; the type makes sure that it implements each of its routes.
 * It never throws: an invocation error would be answered by API Gateway without a problem body.
 */
export function createApi<F extends QueueFunctionName>(
  logger: Logger,
  operations: Record<OperationOf<F>, Operation>,
): ApiHandler {
  const originals = new WeakMap<object, APIGatewayProxyEventV2>();
  const fail: Fail = (thrown, event) => {
    const problem = problemOf(thrown);
    log(logger, event, problem);
    return problemResponse(problem, event.requestContext.requestId);
  };
  const originalOf: OriginalOf = (routed) => {
    const original = originals.get(routed);
    if (original === undefined) throw new TypeError('event: expected one that was routed');
    return original;
  };
  const router = createRouter<F>(logger, operations, originalOf, fail);
  return async (event, context) => {
    try {
      const routed = routedEvent(event);
      originals.set(routed, event);
      return await router.resolve(routed, context);
    } catch (thrown) {
      return webResponseToProxyResult(fail(thrown, event), 'ApiGatewayV2');
    }
  };
}
