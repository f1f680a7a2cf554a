/**
 * Each request of a worker to a store or a provider fails once, in each of four ways; then two random requests fail. In every case the
 * execution ends, the task is completed and the provider holds one effect.
 */
import { fc, test } from '@fast-check/vitest';
import type { DynamoDBDocumentClient } from '@aws-sdk/lib-dynamodb';
import { afterAll, afterEach, beforeAll, describe, expect, it, vi } from 'vitest';
import { ActionKind, WORKER_BY_KIND } from '../../../lambdas/actions/kinds.ts';
import { PROVIDER_NAMES } from '../../../lambdas/shared/contracts/providers.ts';
import { type DynamoDbServer, startDynamoDb } from '../../../tools/rig/aws/dynamodb-server.ts';
import { execute } from '../../helpers/execution.ts';
import { FakeClock } from '../../../tools/rig/fake-clock.ts';
import { FaultMode, FaultPlan, type PlannedFault } from '../../helpers/fault-plan.ts';
import {
  actionFor,
  type Provider,
  startCrmProvider,
  startPdfProvider,
  startSlackProvider,
} from '../../helpers/providers.ts';
import { interceptedClient, queueStore } from '../../helpers/queue-store.ts';
import { mustKnow } from '../../../lambdas/queue/domain/task/foreign.ts';

let dynamoDb: DynamoDbServer;
let providers: readonly Provider[];
let quotes = 0;
let plan = new FaultPlan();
let client: DynamoDBDocumentClient;

beforeAll(async () => {
  dynamoDb = await startDynamoDb();
  client = interceptedClient(dynamoDb.endpoint, (send) => plan.call(send));
  providers = await Promise.all([startPdfProvider(), startCrmProvider(), startSlackProvider()]);
});

afterEach(() => {
  vi.unstubAllGlobals();
});

afterAll(async () => {
  client.destroy();
  await Promise.all([dynamoDb, ...providers].map((server) => server.stop()));
});

interface Run {
  readonly happened: number;
  readonly outcome: string;
  readonly state: string | undefined;
  readonly writes: readonly string[];
  readonly once: readonly string[];
}

async function runWith(kind: ActionKind, faults: readonly PlannedFault[]): Promise<Run> {
  const provider = providers.find((candidate) => candidate.kind === kind);
  if (provider === undefined) throw new Error(`${kind}: expected a provider in test/helpers/providers.ts`);
  quotes += 1;
  const quoteId = `Q-${quotes}-${kind.slice(0, 3)}`;
  const clock = new FakeClock();
  const { queue } = queueStore(dynamoDb.client, clock);
  const action = actionFor(kind, quoteId);
  const { task } = await queue.enqueue({ quoteId, idempotencyKey: 'key', action, actor: 'api:test' });
  plan = new FaultPlan(faults);
  const store = queueStore(client, clock);
  const { outcome } = await execute({ store, provider, plan, clock }, mustKnow(task));
  const stored = await queueStore(dynamoDb.client, clock).tasks.get(task.taskId);
  const writes = await provider.writesFor(quoteId);
  return { happened: plan.happened, outcome, state: stored?.state, writes, once: provider.onceFor(quoteId) };
}

const expectExactlyOnce = (run: Run, faults: readonly PlannedFault[]): void => {
  const { outcome, state, writes } = run;
  expect({ faults, outcome, state, writes }).toEqual({
    faults,
    outcome: 'completed',
    state: 'completed',
    writes: run.once,
  });
};

/** Fails the first, second, … request until a run makes fewer requests; returns the number of requests. */
async function loseEachCall(kind: ActionKind, mode: FaultMode): Promise<number> {
  for (let at = 1; ; at += 1) {
    const faults = [{ at, mode }];
    const run = await runWith(kind, faults);
    if (run.happened === 0) return at - 1;
    expectExactlyOnce(run, faults);
  }
}

/** Kinds whose provider the tests have; each provider has at least one kind. */
const kinds = [ActionKind.PdfRender, ActionKind.CrmSync, ActionKind.SlackNotify] as const;
const modes = Object.values(FaultMode);
/** A drive makes 7 requests (Slack 10) and its recovery about 12: the second fault often hits record-lost-worker. */
const fault = fc.record({ at: fc.integer({ min: 1, max: 18 }), mode: fc.constantFrom(...modes) });

it('covers each provider', () => {
  expect(new Set(kinds.map((kind) => WORKER_BY_KIND[kind]))).toEqual(new Set(PROVIDER_NAMES));
});

describe.each(kinds)('%s', (kind) => {
  it.each(modes)('makes one effect if any request is %s', async (mode) => {
    const calls = await loseEachCall(kind, mode);

    // Read, claim, reserve, read again, apply, complete the ledger, complete the task; Slack opens the thread first.
    expect(calls).toBe(kind === 'slack.notify' ? 10 : 7);
  });

  test.prop([fc.uniqueArray(fault, { minLength: 2, maxLength: 2, selector: ({ at }) => at })], {
    numRuns: 40,
  })('makes one effect when two requests are lost', async (faults) => {
    expectExactlyOnce(await runWith(kind, faults), faults);
  });
});
