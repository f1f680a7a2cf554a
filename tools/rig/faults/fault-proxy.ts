/**
 * A reverse proxy for the CRM (`/crm…`), Slack (`/api/…`) and DynamoDB (by its `X-Amz-Target` header) that fails requests as
 * scripted. It also forwards the other direction: it receives Slack's signed deliveries at {@link SLACK_REQUEST_PATH} and sends
 * them to the queue's API.
 */
import { createHash } from 'node:crypto';
import { setTimeout as sleep } from 'node:timers/promises';
import * as z from 'zod/mini';
import { HTTP_PROVIDERS, type HttpProvider, PROVIDERS } from '../../../lambdas/shared/contracts/providers.ts';
import { killClientOf } from '../process/client-process.ts';
import { statusReply } from './fault-replies.ts';
import { FaultScript, faultPathOf, faultRuleSchema, isDynamoDb } from './fault-rules.ts';
import type { Fault, FaultTarget } from './fault-rules.ts';
import { forward } from '../http/forward.ts';
import type { UpstreamReply } from '../http/forward.ts';
import { bodyOf, json, startServer } from '../http/http-server.ts';
import type { RunningServer, ServerReply, ServerRequest } from '../http/http-server.ts';
import { RequestLog } from './request-log.ts';
import { SlackDeletions } from '../slack/slack-deletions.ts';
import { SlackMetadata } from '../slack/slack-metadata.ts';

/** Path to which the local Slack delivers interactions, commands and events. */
export const SLACK_REQUEST_PATH = '/_slack/requests';

/**
 * Targets to which requests are forwarded: the base address of each provider, in the form that its client needs, and others.
 */
interface Upstreams extends Readonly<Record<HttpProvider, string>> {
  /** URL of the local AWS, without a slash at the end; absent: requests to DynamoDB are refused. */
  readonly aws?: string | undefined;
  /** URL of the queue's API, without a slash at the end; known only after the deployment. */
  readonly api?: string | undefined;
}

/** Options of the start. */
export interface FaultProxyOptions {
  readonly upstreams: Upstreams;
  /** @default a free port */
  readonly port?: number | undefined;
}

/** A running fault proxy. */
export interface FaultProxy extends RunningServer {
  /** Base URL for CRM clients, without a slash at the end. */
  readonly crmBaseUrl: string;
  /** Base URL for Slack clients, with a slash at the end. */
  readonly slackApiUrl: string;
}

interface State {
  upstreams: Upstreams;
  readonly script: FaultScript;
  readonly log: RequestLog;
  readonly metadata: SlackMetadata;
  readonly deletions: SlackDeletions;
}

const apiSchema = z.strictObject({
  url: z
    .string('expected a URL')
    .check(z.regex(/^https?:\/\/.*[^/]$/, 'expected a URL without a slash at the end')),
});

const upstreamUrl = (target: FaultTarget, request: ServerRequest, upstreams: Upstreams): string => {
  if (target === 'dynamodb') return `${upstreams.aws ?? ''}${request.target}`;
  const { path, baseHasPath } = PROVIDERS[target].api;
  return upstreams[target] + request.target.slice(baseHasPath ? path.length : 0);
};

const forwardTo = async (
  state: State,
  target: FaultTarget,
  request: ServerRequest,
): Promise<UpstreamReply> => {
  const url = upstreamUrl(target, request, state.upstreams);
  const { host } = request.headers;
  const signedFor: Record<string, string> = target === 'dynamodb' && host !== undefined ? { host } : {};
  if (target !== 'slack') return forward(request, url, signedFor);
  const understood = state.deletions.understood(request);
  const reply = await forward(understood, url);
  const body = state.deletions.apply(understood, state.metadata.apply(understood, reply.body));
  return { ...reply, body };
};

const badGateway = (error: unknown): ServerReply =>
  json(502, { error: `upstream: ${error instanceof Error ? error.message : String(error)}` });

/** The result of a request: the client's answer (`undefined`: no answer) and its log entry. */
interface Outcome {
  readonly reply: ServerReply | undefined;
  readonly status: number | null;
  readonly killedPids?: readonly number[];
}

const answered = (reply: ServerReply): Outcome => ({ reply, status: reply.status });

const carryOut = async (
  state: State,
  target: FaultTarget,
  request: ServerRequest,
  fault: Fault | undefined,
): Promise<Outcome> => {
  if (fault?.kind === 'status') return answered(statusReply(target, fault));
  if (fault?.kind === 'drop_request') {
    request.socket.destroy();
    return { reply: undefined, status: null };
  }
  // Unreferenced, so that a pending delay does not keep the process alive.
  if (fault?.kind === 'delay') await sleep(fault.delayMs, undefined, { ref: false });
  const reply = await forwardTo(state, target, request);
  if (fault === undefined || fault.kind === 'delay') return answered(reply);
  const killed = fault.kind === 'kill_client' ? { killedPids: await killClientOf(request.socket) } : {};
  request.socket.destroy();
  return { reply: undefined, status: reply.status, ...killed };
};

const proxied = async (
  state: State,
  target: FaultTarget,
  request: ServerRequest,
): Promise<ServerReply | undefined> => {
  const atMs = Date.now();
  const fault = state.script.take(target, request);
  const { reply, ...rest } = await carryOut(state, target, request, fault).catch((error: unknown) =>
    answered(badGateway(error)),
  );
  const { method, body } = request;
  const path = faultPathOf(target, request);
  const bodySha = createHash('sha256').update(body).digest('hex');
  state.log.add({ target, method, path, ...rest, fault: fault?.kind ?? null, bodySha, atMs });
  return reply;
};

/** The API route of a delivery; events have no route. */
const routeOfDelivery = (request: ServerRequest): string | undefined => {
  const form = new URLSearchParams(request.body.toString('utf8'));
  if (form.has('payload')) return '/slack/interactions';
  return form.has('command') ? '/slack/commands' : undefined;
};

const delivered = async (state: State, request: ServerRequest): Promise<ServerReply> => {
  const route = routeOfDelivery(request);
  if (route === undefined) return json(200, {});
  const { api } = state.upstreams;
  if (api === undefined)
    return json(503, { error: 'api: expected the address of the API; the deployment has not finished' });
  return forward(request, api + route).catch(badGateway);
};

/** `/crm/…, /api/… ` */
const PATHS = HTTP_PROVIDERS.map((name) => `${PROVIDERS[name].api.path}…`)
  .join(', ')
  .concat(' ');

const refuse = (message: string): ServerReply => json(400, { error: message });

const addRule = (state: State, request: ServerRequest): ServerReply => {
  const rule = bodyOf(request, faultRuleSchema, refuse);
  return json(201, state.script.add(rule));
};

const removeRule = (state: State, id: string): ServerReply =>
  state.script.remove(Number(id)) ? json(200, {}) : json(404, { error: `id: there is no rule ${id}` });

const control = (state: State, request: ServerRequest): ServerReply => {
  const ruleId = /^\/_control\/faults\/(\d+)$/.exec(request.path)?.[1];
  if (request.method === 'DELETE' && ruleId !== undefined) return removeRule(state, ruleId);
  switch (`${request.method} ${request.path}`) {
    case 'POST /_control/faults':
      return addRule(state, request);
    case 'GET /_control/faults':
      return json(200, { faults: state.script.list() });
    case 'DELETE /_control/faults':
      state.script.clear();
      return json(200, { faults: [] });
    case 'GET /_control/requests':
      return json(200, { requests: state.log.list() });
    case 'DELETE /_control/requests':
      state.log.clear();
      return json(200, { requests: [] });
    case 'PUT /_control/api':
      state.upstreams = { ...state.upstreams, api: bodyOf(request, apiSchema, refuse).url };
      return json(200, state.upstreams);
    case 'GET /_control/health':
      return json(200, { ok: true });
    default:
      return json(404, { error: `There is no ${request.method} ${request.path} here` });
  }
};

const route = async (state: State, request: ServerRequest): Promise<ServerReply | undefined> => {
  if (request.path.startsWith('/_control/')) return control(state, request);
  if (request.path === SLACK_REQUEST_PATH) return delivered(state, request);
  const provider = HTTP_PROVIDERS.find((name) => request.path.startsWith(PROVIDERS[name].api.path));
  if (provider !== undefined) return proxied(state, provider, request);
  if (isDynamoDb(request) && state.upstreams.aws !== undefined) return proxied(state, 'dynamodb', request);
  return json(404, { error: `path: expected ${PATHS}or /_control/…, got ${request.path}` });
};

/**
 * Starts the proxy without faults. If an upstream cannot be reached, the answer is a 502.
 * @throws {Error} `EADDRINUSE` when the port is not free
 */
export const startFaultProxy = async (options: FaultProxyOptions): Promise<FaultProxy> => {
  const state: State = {
    upstreams: options.upstreams,
    script: new FaultScript(),
    log: new RequestLog(),
    metadata: new SlackMetadata(),
    deletions: new SlackDeletions(),
  };
  const server = await startServer((request) => route(state, request), options.port);
  return { ...server, crmBaseUrl: server.url, slackApiUrl: `${server.url}/api/` };
};
