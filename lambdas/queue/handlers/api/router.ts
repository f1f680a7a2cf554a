/**
 * Routes the requests of one function with Powertools' event handler. The answer is always a documented one:
 * 1. The router gets only method and path, with each segment encoded again: no header, body, query or dot segment of a caller
 *    can make it throw or reach a route that API Gateway did not authorise.
 * 2. Every error becomes a problem; only its code and name are logged.
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

/** Answers one operation; an error that it throws becomes a problem. */
export type Operation = (request: ApiRequest) => Promise<Response> | Response;

/** Handles the events of an HTTP API. */
export type ApiHandler = (
  event: APIGatewayProxyEventV2,
  context: Context,
) => Promise<APIGatewayProxyStructuredResultV2>;

/** A JSON answer that must not be cached, because the next transition makes it outdated. */
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
    // Not percent-encoded: the segment is used unchanged.
    return segment;
  }
};

/** The path with each segment encoded once, or `undefined` if it contains dot segments or is not valid UTF-8. */
function safePathOf(rawPath: string): string | undefined {
  if (!rawPath.startsWith('/') || !rawPath.isWellFormed()) return undefined;
  const path = rawPath
    .split('/')
    .map((segment) => encodeURIComponent(decoded(segment)))
    .join('/');
  return new URL(`https://api${path}`).pathname === path ? path : undefined;
}

/** The template in the router's form: `/actions/:taskId`. */
const toRouterPath = (template: string): `/${string}` =>
  `/${template.slice(1).replaceAll(/\{(\w+)\}/g, ':$1')}`;

const pattern = (template: string): RegExp => new RegExp(`^${template.replaceAll(/\{\w+\}/g, '[^/]+')}/?$`);

const NO_ROUTE = 'Path: expected one of the documented routes';

/** 405 if the API has the path with another method, else 404. */
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
 * The fields of an event that the router needs, without anything by which a caller could make it fail.
 * @throws {ApiProblem} 404 or 405 for a path or method that the router cannot handle
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

/** Finds the caller's event for the one that the router got. */
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
  // A parameter that contains only white space is treated as absent.
  router.errorHandler(ParameterValidationError, async (_error, { event }) =>
    fail(refused(404, NO_ROUTE), originalOf(event)),
  );
  router.errorHandler(Error, async (error, { event }) => fail(error, originalOf(event)));
  return router;
}

/**
 * The handler of one API function; its type ensures that every route is implemented. It never throws, because API Gateway would
 * answer an invocation error without a problem body.
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
