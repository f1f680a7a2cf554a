import { afterAll, beforeAll, beforeEach, describe, expect, it } from 'vitest';
import { type GuardedEffect, runGuarded } from '../../../../lambdas/shared/adapters/guarded-effect.ts';
import { DynamoDbLedgerRepo } from '../../../../lambdas/shared/adapters/dynamodb/ledger-repo.ts';
import type { EffectResult, IdempotencyRecord } from '../../../../lambdas/shared/contracts/effects.ts';
import { QueueError } from '../../../../lambdas/shared/domain/errors.ts';
import { POLICY } from '../../../../lambdas/queue/domain/task/policy.ts';
import type { IdempotencyRepo } from '../../../../lambdas/shared/domain/ledger-port.ts';
import type { EffectOutcome } from '../../../../lambdas/shared/domain/effect.ts';
import { resultOf } from '../../../helpers/builders.ts';
import { countedIds } from '../../../../tools/rig/counted-ids.ts';
import { startDynamoDb, TABLE_NAMES } from '../../../../tools/rig/aws/dynamodb-server.ts';
import { FakeClock } from '../../../../tools/rig/fake-clock.ts';
import { remainingMsFrom } from '../../../helpers/lambda-context.ts';

type Answer = EffectResult | QueueError | Error | undefined;

let dynamoDb: Awaited<ReturnType<typeof startDynamoDb>>;
let ledger: IdempotencyRepo;
let clock: FakeClock;
let effectKey: string;
let ledgerId: string | undefined;
let fence: number;

beforeAll(async () => {
  dynamoDb = await startDynamoDb();
});

beforeEach(() => {
  const store = new DynamoDbLedgerRepo(dynamoDb.client, TABLE_NAMES.ledger);
  ledger = {
    reserve: (request) => {
      ledgerId = request.id;
      return store.reserve(request);
    },
    check: (id) => store.check(id),
    complete: (...args) => store.complete(...args),
    free: (...args) => store.free(...args),
  };
  clock = new FakeClock();
  effectKey = `crm.sync:${countedIds.next()}`;
  fence = 0;
  ledgerId = undefined;
});

afterAll(() => dynamoDb.stop());

const result = resultOf();

function answer(from: Answer[], name: string): Promise<EffectResult | undefined> {
  if (from.length === 0) throw new Error(`expected no further ${name}`);
  const next = from.shift();
  return next instanceof Error ? Promise.reject(next) : Promise.resolve(next);
}

interface Attempt {
  /** Answers in order; a further call fails the test's expectation. */
  readonly apply?: Answer[];
  readonly probe?: Answer[];
  readonly over?: Partial<GuardedEffect>;
  readonly taskHash?: string;
  readonly ledger?: IdempotencyRepo;
}

/** One attempt of a worker, with its own claim under the same effect key. */
async function attempt({ apply = [], probe = [], over = {}, taskHash = 'hash', ...own }: Attempt) {
  fence += 2;
  const claim = {
    effectKey,
    taskHash,
    owner: countedIds.next(),
    fence,
    leaseExpiresAtMs: clock.nowMs() + POLICY.leaseMs,
  };
  const options = {
    ledger: own.ledger ?? ledger,
    clock,
    ids: countedIds,
    remainingMs: remainingMsFrom(clock),
  };
  return runGuarded(options, {
    claim,
    contentHash: result.contentHash,
    apply: async () => (await answer(apply, 'apply')) ?? result,
    probe: () => answer(probe, 'probe'),
    ...over,
  });
}

const record = (): Promise<IdempotencyRecord | undefined> => ledger.check(ledgerId ?? '');
const codeOf = (running: Promise<EffectOutcome>): Promise<string> =>
  running.then(
    (outcome) => outcome.proof,
    (thrown: unknown) => (thrown instanceof QueueError ? thrown.code : String(thrown)),
  );

describe('an effect under the ledger', () => {
  it('is applied once and replayed on every redelivery', async () => {
    expect(await attempt({ apply: [result] })).toEqual({ result, proof: 'applied' });
    expect(await attempt({})).toEqual({ result, proof: 'replayed' });
    expect(await attempt({})).toEqual({ result, proof: 'replayed' });
    expect(await record()).toMatchObject({ status: 'COMPLETED', taskHash: 'hash', effectKey });
  });

  it('leaves no reservation after a definite failure, and is applied without a probe', async () => {
    const refused = new QueueError('PROVIDER_RATE_LIMITED', { deferral: true });

    expect(await codeOf(attempt({ apply: [refused] }))).toBe('PROVIDER_RATE_LIMITED');
    expect(await record()).toBeUndefined();
    expect(await codeOf(attempt({ apply: [result] }))).toBe('applied');
  });

  it.each([new QueueError('PROVIDER_TIMEOUT'), new QueueError('PROVIDER_UNAVAILABLE'), new RangeError('?')])(
    'is probed first after %s, and not applied if it exists',
    async (error) => {
      await codeOf(attempt({ apply: [error] }));

      expect(await record()).toMatchObject({ status: 'INPROGRESS', inProgressExpiresAtMs: 0 });
      expect(await attempt({ probe: [result] })).toEqual({ result, proof: 'probed' });
      expect(await attempt({})).toEqual({ result, proof: 'replayed' });
    },
  );

  it('is applied after a probe that found nothing', async () => {
    await codeOf(attempt({ apply: [new QueueError('PROVIDER_TIMEOUT')] }));

    expect(await codeOf(attempt({ probe: [undefined], apply: [result] }))).toBe('applied');
  });
});

describe('a doubt', () => {
  it.each(['PROVIDER_RATE_LIMITED', 'PROVIDER_TIMEOUT', 'PROVIDER_UNAUTHORIZED', 'UNCLASSIFIED'] as const)(
    'stays if the probe itself fails with %s',
    async (code) => {
      await codeOf(attempt({ apply: [new QueueError('PROVIDER_TIMEOUT')] }));
      await codeOf(attempt({ probe: [new QueueError(code)] }));

      expect(await record()).toMatchObject({ status: 'INPROGRESS', inProgressExpiresAtMs: 0 });
      expect(await codeOf(attempt({ probe: [result] }))).toBe('probed');
    },
  );

  it('is not reported as a definite failure if the probe could not connect', async () => {
    await codeOf(attempt({ apply: [new QueueError('PROVIDER_TIMEOUT')] }));

    expect(await codeOf(attempt({ probe: [new QueueError('PROVIDER_CONNECTION_REFUSED')] }))).toBe(
      'PROVIDER_UNAVAILABLE',
    );
  });

  it('ends with a probe that found nothing, and a later refusal leaves no reservation', async () => {
    await codeOf(attempt({ apply: [new QueueError('PROVIDER_TIMEOUT')] }));
    await codeOf(attempt({ probe: [undefined], apply: [new QueueError('PROVIDER_CONNECTION_REFUSED')] }));

    expect(await record()).toBeUndefined();
  });
});

describe('the extra attempt', () => {
  it('probes and applies nothing', async () => {
    await codeOf(attempt({ apply: [new QueueError('PROVIDER_TIMEOUT')] }));

    expect(await codeOf(attempt({ probe: [undefined], over: { applyForbidden: 'RETRIES_EXHAUSTED' } }))).toBe(
      'RETRIES_EXHAUSTED',
    );
  });

  it('completes with the result of the probe', async () => {
    await codeOf(attempt({ apply: [new QueueError('PROVIDER_TIMEOUT')] }));

    expect(await codeOf(attempt({ probe: [result], over: { applyForbidden: 'RETRIES_EXHAUSTED' } }))).toBe(
      'probed',
    );
  });
});

describe('a duplicate', () => {
  const other = resultOf({ contentHash: 'd'.repeat(64) });

  it('is another content under the key at the provider, found by the probe', async () => {
    await codeOf(attempt({ apply: [new QueueError('PROVIDER_TIMEOUT')] }));

    expect(await codeOf(attempt({ probe: [other] }))).toBe('FINGERPRINT_MISMATCH');
    expect(await record()).toMatchObject({ status: 'INPROGRESS' });
  });

  it('is reported by apply, and the key is kept', async () => {
    expect(await codeOf(attempt({ apply: [other] }))).toBe('FINGERPRINT_MISMATCH');
    expect(await record()).toMatchObject({ status: 'INPROGRESS', inProgressExpiresAtMs: 0 });
  });

  it('is a key with another task hash', async () => {
    await attempt({ apply: [result] });

    expect(await codeOf(attempt({ taskHash: 'another' }))).toBe('FINGERPRINT_MISMATCH');
  });

  it('is a stored result with a wrong fingerprint', async () => {
    const forging: IdempotencyRepo = {
      ...ledger,
      complete: (by, json) => ledger.complete(by, json, 'forged'),
    };
    await attempt({ apply: [result], ledger: forging });

    expect(await codeOf(attempt({}))).toBe('FINGERPRINT_MISMATCH');
  });
});

describe('a reservation in progress', () => {
  it('defers others until its time and the skew are over; then they probe', async () => {
    const silent = new Promise<EffectResult>(() => undefined);
    const started = Promise.withResolvers<void>();
    const killed = attempt({
      over: {
        apply: () => {
          started.resolve();
          return silent;
        },
      },
    });
    void killed;
    await started.promise;

    await expect(attempt({})).rejects.toMatchObject({
      code: 'EFFECT_IN_PROGRESS',
      deferral: true,
      retryAfterSeconds: POLICY.inProgressWaitSeconds,
    });
    clock.advance(POLICY.workerTimeoutSeconds * 1_000 + POLICY.clockSkewMs + 1);
    expect(await codeOf(attempt({ probe: [result] }))).toBe('probed');
  });

  it('is not made by a worker with an expired lease', async () => {
    const late = { effectKey, taskHash: 'hash', owner: 'late', fence: 2, leaseExpiresAtMs: clock.nowMs() };

    expect(await codeOf(attempt({ over: { claim: late } }))).toBe('LEASE_LOST');
    expect(ledgerId).toBeUndefined();
  });

  it('that a later claim took over is lost for the returning earlier worker', async () => {
    const back = Promise.withResolvers<EffectResult>();
    const started = Promise.withResolvers<void>();
    const stale = codeOf(
      attempt({
        over: {
          apply: () => {
            started.resolve();
            return back.promise;
          },
        },
      }),
    );
    await started.promise;
    clock.advance(POLICY.workerTimeoutSeconds * 1_000 + POLICY.clockSkewMs + 1);
    await attempt({ probe: [result] });

    back.resolve(result);

    expect(await stale).toBe('LEASE_LOST');
    expect(await record()).toMatchObject({ status: 'COMPLETED' });
  });
});

describe('a ledger that fails after the effect', () => {
  it('was applied leaves the reservation in doubt, so that the next owner probes', async () => {
    const failing: IdempotencyRepo = { ...ledger, complete: () => Promise.reject(new Error('throttled')) };

    await expect(attempt({ apply: [result], ledger: failing })).rejects.toMatchObject({
      code: 'UNCLASSIFIED',
      inDoubt: true,
    });
    expect(await codeOf(attempt({}))).toBe('EFFECT_IN_PROGRESS');
    clock.advance(POLICY.workerTimeoutSeconds * 1_000 + POLICY.clockSkewMs + 1);
    expect(await codeOf(attempt({ probe: [result] }))).toBe('probed');
  });

  it.each([
    new QueueError('PROVIDER_REFUSED', { detail: 'The amount is not a number' }),
    new QueueError('PROVIDER_RATE_LIMITED', { deferral: true, retryAfterSeconds: 60 }),
    new QueueError('PROVIDER_UNAVAILABLE', { inDoubt: true }),
  ])('failed reports the cause of the failure and the failure of the ledger: $code', async (refusal) => {
    const throttled = new Error('throttled');
    const { code, detail, kind, deferral, retryAfterSeconds, inDoubt } = refusal;

    const thrown = attempt({
      apply: [refusal],
      ledger: { ...ledger, free: () => Promise.reject(throttled) },
    });

    await expect(thrown).rejects.toMatchObject({ code, detail, kind, deferral, retryAfterSeconds, inDoubt });
    await expect(thrown).rejects.toMatchObject({ cause: { errors: [refusal, { cause: throttled }] } });
  });

  it.each([
    { write: 'complete', answer: result },
    { write: 'free', answer: new QueueError('PROVIDER_REFUSED') },
  ])('reports LeaseLost if $write finds another owner’s record', async ({ write, answer: applied }) => {
    const taken = { ...ledger, [write]: () => Promise.reject(new QueueError('LEASE_LOST')) };

    expect(await codeOf(attempt({ apply: [applied], ledger: taken }))).toBe('LEASE_LOST');
  });
});
