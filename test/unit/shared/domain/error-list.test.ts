import { describe, expect, it } from 'vitest';
import {
  ERROR_CODES,
  ErrorKind,
  isErrorCode,
  kindOf,
} from '../../../../lambdas/shared/contracts/error-codes.ts';
import {
  isOwnFault,
  LeaseLost,
  QueueError,
  SnapshotRefused,
  toQueueError,
} from '../../../../lambdas/shared/domain/errors.ts';

const entries = Object.entries(ERROR_CODES).map(([code, entry]) => ({ code, ...entry }));

describe('the list of errors', () => {
  it.each(entries)('tells what $code means and what to do', ({ kind, text, runbook }) => {
    expect(Object.values(ErrorKind)).toContain(kind);
    expect(text).toMatch(/^[A-Z].{10,}\.$/);
    expect(runbook).toMatch(/^[A-Z].{10,}\.$/);
  });

  it('accepts its codes and no property of objects', () => {
    expect(isErrorCode('WORKER_LOST')).toBe(true);
    expect(isErrorCode('toString')).toBe(false);
    expect(isErrorCode('worker_lost')).toBe(false);
  });

  it.each([
    ['PROVIDER_TIMEOUT', 'unknown'],
    ['PROVIDER_UNAVAILABLE', 'unknown'],
    ['WORKER_LOST', 'unknown'],
    ['PROVIDER_CONNECTION_REFUSED', 'retryable'],
    ['PROVIDER_RATE_LIMITED', 'retryable'],
    ['DUPLICATE_EFFECT', 'terminal'],
    ['LEASE_LOST', 'conflict'],
  ] as const)('decides that %s is %s', (code, kind) => {
    expect(kindOf(code)).toBe(kind);
  });
});

describe('toQueueError', () => {
  it.each([new QueueError('PROVIDER_TIMEOUT'), new LeaseLost(), new SnapshotRefused([])])(
    'keeps %s',
    (error) => {
      expect(toQueueError(error)).toBe(error);
    },
  );

  it.each([new RangeError('secret'), 'secret', undefined, { message: 'secret' }])(
    'makes %s UNCLASSIFIED, keeps the cause and does not show its message',
    (thrown) => {
      const error = toQueueError(thrown);

      expect(error).toMatchObject({ code: 'UNCLASSIFIED', kind: 'retryable', deferral: false });
      expect(error.cause).toBe(thrown);
      expect(error.message).not.toContain('secret');
    },
  );

  it('names a field and the expected value', () => {
    const error = new SnapshotRefused([{ pointer: '/payload/snapshot/currency', expected: 'expected EUR' }]);

    expect(error.message).toContain('/payload/snapshot/currency: expected EUR');
    expect(error.name).toBe('SnapshotRefused');
    expect(new LeaseLost().name).toBe('LeaseLost');
  });

  it('cuts a detail at 1,000 characters', () => {
    expect(new QueueError('UNCLASSIFIED', { detail: 'x'.repeat(2_000) }).detail).toHaveLength(1_000);
  });
});

describe('isOwnFault', () => {
  it.each([
    new QueueError('UNCLASSIFIED'),
    new QueueError('STORED_RECORD_INVALID'),
    new QueueError('DRIVER_NOT_STARTED'),
    new QueueError('TASK_NOT_FOUND'),
  ])('reports %s as a fault of the code that met it', (error) => {
    expect(isOwnFault(error)).toBe(true);
  });

  it.each([
    new QueueError('PROVIDER_UNAVAILABLE'),
    new QueueError('PROVIDER_MISCONFIGURED'),
    new QueueError('EFFECT_IN_PROGRESS', { deferral: true }),
    new LeaseLost(),
  ])('excludes %s', (error) => {
    expect(isOwnFault(error)).toBe(false);
  });
});
