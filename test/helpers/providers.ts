/** The three kinds with their real effects, each with a provider over HTTP that records the real writes. */
import { vi } from 'vitest';
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import * as z from 'zod/mini';
import { NotifySlack } from '../../lambdas/actions/slack/notify/notify-slack.ts';
import { StoreQuotePdf } from '../../lambdas/actions/pdf/render/store-quote-pdf.ts';
import { SyncCrmDeal } from '../../lambdas/actions/crm/sync/sync-crm-deal.ts';
import type { GuardOptions } from '../../lambdas/shared/adapters/guarded-effect.ts';
import { documentKey } from '../../lambdas/actions/pdf/engine/document-key.ts';
import { createSlackClient } from '../../lambdas/shared/adapters/slack-api/slack-client.ts';
import type { ActionKind, ActionRequest } from '../../lambdas/actions/kinds.ts';
import { CRM_QUOTE_ID_PROPERTY } from '../../lambdas/actions/crm/contracts/crm-properties.ts';
import type { Effect } from '../../lambdas/shared/domain/effect.ts';
import { ensureCrmProperties } from '../../tools/rig/crm/crm-setup.ts';
import { startCrmStandin } from '../../tools/rig/crm/crm-standin.ts';
import type { FaultRule } from '../../tools/rig/faults/fault-rules.ts';
import { startFaultProxy } from '../../tools/rig/faults/fault-proxy.ts';
import { startSlack } from '../../tools/rig/slack/slack.ts';
import { actionOf, snapshotOf } from './builders.ts';
import type { Intercept } from './queue-store.ts';
import { startS3 } from './aws/s3-server.ts';

/** A provider of one kind. */
export interface Provider {
  readonly kind: ActionKind;
  /** Makes the production effect; its requests pass through `intercept`. */
  effect(guard: GuardOptions, intercept: Intercept): Effect;
  /** Writes that the provider carried out for a quote, to check "exactly once". */
  writesFor(quoteId: string): Promise<readonly string[]>;
  /** The result of {@link writesFor} after one action was carried out once. */
  onceFor(quoteId: string): readonly string[];
  stop(): Promise<void>;
}

/** The action of a kind for a separate quote. */
export function actionFor(kind: ActionKind, quoteId: string): ActionRequest {
  const action = actionOf(kind, snapshotOf({ quoteId }));
  return action.kind === 'slack.notify'
    ? { ...action, payload: { ...action.payload, message: `Accepted ${quoteId}` } }
    : action;
}

const realFetch = globalThis.fetch;

/** Sends every `fetch` of the code under test through `intercept`. */
const interceptFetch = (intercept: Intercept): void => {
  vi.stubGlobal('fetch', (...args: Parameters<typeof fetch>) => intercept(() => realFetch(...args)));
};

const render = () => Promise.resolve({ pdf: Buffer.from('%PDF'), boxCount: 0 });
const keyOf = (snapshot: Parameters<typeof documentKey>[0]) => documentKey(snapshot, 'renderer/1');

/** S3 for `pdf.render`. */
export async function startPdfProvider(): Promise<Provider> {
  const s3 = await startS3();
  return {
    kind: 'pdf.render',
    effect: (_guard, intercept) => {
      const client = s3.createClient();
      client.middlewareStack.add((next) => (args) => intercept(() => next(args)), { step: 'initialize' });
      return new StoreQuotePdf({ s3: client, bucketName: 'documents', documentKey: keyOf, render });
    },
    writesFor: (quoteId) => Promise.resolve(s3.writes.filter((key) => key.startsWith(`quotes/${quoteId}/`))),
    onceFor: (quoteId) => [keyOf(snapshotOf({ quoteId }))],
    stop: () => s3.stop(),
  };
}

const dealsSchema = z.object({
  deals: z.array(z.object({ properties: z.record(z.string(), z.string()), writes: z.number() })),
});

/** The CRM stand-in for `crm.sync`. */
export async function startCrmProvider(): Promise<
  Provider & { readonly url: string; readonly token: string }
> {
  const token = 'crm-token';
  const crm = await startCrmStandin({ token });
  await ensureCrmProperties({ baseUrl: crm.url, token });
  return {
    kind: 'crm.sync',
    url: crm.url,
    token,
    effect: ({ clock }, intercept) => {
      interceptFetch(intercept);
      return new SyncCrmDeal({ baseUrl: crm.url, clock, token: () => Promise.resolve(token) });
    },
    writesFor: async (quoteId) => {
      const { deals } = dealsSchema.parse(await (await realFetch(`${crm.url}/_control/deals`)).json());
      return deals
        .filter((deal) => deal.properties[CRM_QUOTE_ID_PROPERTY] === quoteId)
        .flatMap((deal) => Array.from({ length: deal.writes }, () => 'deal'));
    },
    onceFor: () => ['deal'],
    stop: () => crm.stop(),
  };
}

const messagesSchema = z.object({
  messages: z.array(z.object({ ts: z.string(), text: z.string(), thread_ts: z.optional(z.string()) })),
});

/** The messages of the local Slack, and the control of its proxy. */
export interface SlackProvider extends Provider {
  readonly channelId: string;
  readonly apiUrl: string;
  readonly botToken: string;
  /** Adds a rule to the fault proxy. */
  fail(rule: Omit<FaultRule, 'target'>): Promise<void>;
  /** Deletes the rules. */
  heal(): Promise<void>;
  messages(): Promise<z.infer<typeof messagesSchema>['messages']>;
  /** Deletes a message, like an operator. */
  remove(ts: string): Promise<void>;
}

/** The local Slack behind the fault proxy (which keeps message metadata) for `slack.notify`. */
export async function startSlackProvider(): Promise<SlackProvider> {
  const logDir = mkdtempSync(join(tmpdir(), 'quoteq-slack-'));
  const slack = await startSlack({
    requestUrl: 'http://127.0.0.1:9/none',
    logFile: join(logDir, 'slack.log'),
  });
  const upstreams = { crm: 'http://127.0.0.1:9', slack: `${slack.url}/api/` };
  const proxy = await startFaultProxy({ upstreams });
  const control = async (method: string, body?: object): Promise<void> => {
    const init = body === undefined ? { method } : { method, body: JSON.stringify(body) };
    const response = await realFetch(`${proxy.url}/_control/faults`, init);
    if (!response.ok) throw new Error(await response.text());
  };
  const messages = async () =>
    messagesSchema.parse(await (await realFetch(`${slack.url}/_control/messages/${slack.channelId}`)).json())
      .messages;
  return {
    kind: 'slack.notify',
    channelId: slack.channelId,
    apiUrl: proxy.slackApiUrl,
    botToken: slack.botToken,
    effect: (guard, intercept) => {
      interceptFetch(intercept);
      const client = createSlackClient(slack.botToken, proxy.slackApiUrl);
      return new NotifySlack({ ...guard, client: () => Promise.resolve(client), channel: slack.channelId });
    },
    writesFor: async (quoteId) =>
      (await messages())
        .filter(({ text }) => text.includes(quoteId))
        .map(({ text }) => (text.startsWith('*Quote') ? 'root' : 'message')),
    onceFor: () => ['root', 'message'],
    fail: (rule) => control('POST', { target: 'slack', ...rule }),
    heal: () => control('DELETE'),
    messages,
    remove: async (ts) => {
      await createSlackClient(slack.botToken, proxy.slackApiUrl).chat.delete({
        channel: slack.channelId,
        ts,
      });
    },
    stop: async () => {
      await proxy.stop();
      await slack.stop();
      rmSync(logDir, { recursive: true, force: true });
    },
  };
}
