/** Access of the local tests to the deployed queue: through its signed API and its providers' control pages. */
import { inject } from 'vitest';
import type { ActionKind } from '../../../lambdas/actions/kinds.ts';
import type { QuoteSnapshot } from '../../../lambdas/shared/contracts/quote-snapshot.ts';
import { type TaskView, taskViewSchema } from '../../../lambdas/queue/contracts/api.ts';
import { type ApiAnswer, callApiPatiently, unanswered } from '../../../tools/cli/clients/api-client.ts';
import { getTask, hasEnded } from '../../../tools/cli/clients/queue-client.ts';
import type { Target } from '../../../tools/cli/target/target.ts';
import { eventually } from '../../../tools/rig/process/eventually.ts';
import { clearFaults as clear, scriptFault as script } from '../../../tools/rig/faults/fault-client.ts';
import type { FaultRule } from '../../../tools/rig/faults/fault-rules.ts';

export { eventually };

/** Addresses of the deployed environment. */
export const outputs = inject('outputs');

/** The emulator's root identity. */
export const ROOT_KEYS = { accessKeyId: 'test', secretAccessKey: 'test' };

/** Configuration of SDK clients that act as root. */
export const rootClient = {
  endpoint: outputs.awsEndpointUrl,
  region: outputs.region,
  credentials: ROOT_KEYS,
};

/** The API, as root. */
export const target: Target = {
  apiUrl: outputs.apiUrl,
  region: outputs.region,
  credentials: () => Promise.resolve(ROOT_KEYS),
};

let quotes = 0;

/** A quote id of this test run that no other test uses. */
export function freshQuoteId(): string {
  quotes += 1;
  return `T-${process.pid}-${quotes}-${Date.now().toString(36)}`;
}

/** A snapshot that the deployed guard accepts. */
export const acceptedSnapshot = (quoteId: string, change: Partial<QuoteSnapshot> = {}): QuoteSnapshot => ({
  quoteId,
  revision: 1,
  title: 'Ducks for Łódź – 東京',
  acceptedAt: '2026-11-20T10:00:00Z',
  customer: { name: 'Staw i Kaczka sp. z o.o.' },
  seller: { name: 'DuckStore GmbH' },
  currency: 'EUR',
  lines: [
    {
      sku: 'DUCK-1',
      description: 'Rubber duck, yellow',
      quantity: '3',
      unitPriceMinor: '41150',
      discountMinor: '0',
      totalMinor: '123450',
    },
  ],
  subtotalMinor: '123450',
  taxMinor: '0',
  totalMinor: '123450',
  engine: { name: 'duckstore-pricing', version: '3.2.0' },
  policy: { name: 'discounts', version: '7', outcome: 'pass' },
  approval: { required: false, decision: 'not_required' },
  ...change,
});

/** Payload of a kind for a quote. */
export const payloadFor = (kind: ActionKind, quoteId: string): Record<string, unknown> => ({
  snapshot: acceptedSnapshot(quoteId),
  ...(kind === 'slack.notify' ? { message: `Accepted: ${quoteId}` } : {}),
});

/** A machine that is busy with other tests answers hundreds of requests late, which is not an error of the queue. */
const ANSWER_LIMIT_MS = 540_000;

/** Sends `POST /quotes/{quoteId}/actions` until it is answered. @throws {Error} if it is never answered */
export const postAction = (
  quoteId: string,
  kind: ActionKind,
  idempotencyKey: string,
  payload: unknown = payloadFor(kind, quoteId),
): Promise<ApiAnswer> => {
  const request = {
    method: 'POST',
    path: `/quotes/${quoteId}/actions`,
    headers: { 'idempotency-key': idempotencyKey },
    body: JSON.stringify({ kind, payload }),
  } as const;
  const send = async (): Promise<ApiAnswer | undefined> => {
    const answer = await callApiPatiently(target, request).catch(unanswered);
    return answer === undefined || answer.status >= 500 ? undefined : answer;
  };
  return eventually(`${quoteId} ${idempotencyKey} to be answered`, send, ANSWER_LIMIT_MS);
};

/** Waits until the task is completed or has failed permanently. */
export const ended = (taskId: string, limitMs?: number): Promise<TaskView> =>
  eventually(
    `task ${taskId} to end`,
    async () => {
      const task = taskViewSchema.parse(await getTask(target, taskId));
      return hasEnded(task) ? task : undefined;
    },
    limitMs,
  );

/** Scripts a fault at the proxy. */
export const scriptFault = (rule: FaultRule): Promise<number> => script(outputs.faultProxyUrl, rule);

/** Removes all scripted faults. */
export const clearFaults = (): Promise<void> => clear(outputs.faultProxyUrl);

/** Sets the CRM's rate limit; `null` removes it. */
export async function limitCrm(requestsPerSecond: number | null): Promise<void> {
  const response = await fetch(new URL('/_control/limits', outputs.crmPageUrl ?? outputs.crmBaseUrl), {
    method: 'POST',
    headers: { 'content-type': 'application/json' },
    body: JSON.stringify({ requestsPerSecond }),
  });
  if (!response.ok) throw new Error(`The CRM refused the limit: ${await response.text()}`);
}
