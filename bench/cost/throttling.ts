/** The cost of an action that waits for a free worker: each retry of a throttled call is a state transition. */
import { Lateness } from '../../lambdas/queue/domain/recovery/recovery-table.ts';
import { latenessOf } from '../../lambdas/queue/domain/recovery/recovery.ts';
import { POLICY } from '../../lambdas/queue/domain/task/policy.ts';
import {
  type AslMachine,
  type Retrier,
  retrierFor,
  retryWaitsSeconds,
  taskNamed,
} from '../../statemachines/asl.ts';
import { type PriceList, priceOf, totalPrice } from './prices.ts';
import type { Usage } from './meter/usage.ts';

const HOUR_SECONDS = 3_600;
/** The states that a new driver enters before its call is throttled for the first time: `Queued` and `Running`. */
const TRANSITIONS_OF_A_START = 2;

/** A retry with a maximum wait of one minute, with which the cost page compares the setting. */
export const ONE_MINUTE_RETRIER: Retrier = {
  ErrorEquals: ['Lambda.TooManyRequestsException'],
  IntervalSeconds: 10,
  BackoffRate: 2,
  MaxDelaySeconds: 60,
  MaxAttempts: 3_000,
  JitterStrategy: 'FULL',
};

/** The retry of a throttled worker. @throws {RangeError} if the definition has no such retry */
export const throttleRetrier = (machine: AslMachine): Retrier =>
  retrierFor(taskNamed(machine, 'Running'), 'Lambda.TooManyRequestsException');

/** Expected retries of one driver in the given time: full jitter halves each wait on average. */
export function retriesWithin(retrier: Retrier, seconds: number): number {
  let passedSeconds = 0;
  const late = retryWaitsSeconds(retrier).findIndex((wait) => {
    passedSeconds += wait / 2;
    return passedSeconds > seconds;
  });
  return late === -1 ? retrier.MaxAttempts : late;
}

/** Expected retries of one driver in an hour, after its waits have grown to the maximum. */
export const retriesOfALaterHour = ({ MaxDelaySeconds }: Retrier): number =>
  HOUR_SECONDS / (MaxDelaySeconds / 2);

/**
 * Start times of the drivers of a waiting task, in seconds after its enqueueing. The sweep adds one when the last is stale. The
 * earlier ones keep retrying, because no worker has told them yet that they are superseded.
 */
export function driverStartsSeconds(seconds: number): readonly number[] {
  const starts = [0];
  let dueAtMs: number = POLICY.overdueMs;
  for (let now = 0; now < seconds; now += POLICY.sweepPeriodSeconds) {
    const nowMs = now * 1_000;
    if (latenessOf({ dueAtMs, generation: starts.length }, nowMs) !== Lateness.Stale) continue;
    starts.push(now);
    dueAtMs = nowMs + POLICY.redriveCheckMs;
  }
  return starts;
}

/** The cost of an action that waits. */
export interface WaitingCost {
  /** Number of drivers at the end of the time. */
  readonly drivers: number;
  /** Expected retries of all drivers. */
  readonly retries: number;
  /** Cost of the retries' state transitions, of the additional drivers and of the sweep's work for them, in USD. */
  readonly usd: number;
}

/**
 * Expected cost of one action that waits for a worker.
 * @param recovery usage of one recovery by the sweep
 */
export function waitingCost(
  list: PriceList,
  recovery: Usage,
  retrier: Retrier,
  seconds: number,
): WaitingCost {
  const starts = driverStartsSeconds(seconds);
  const retries = starts.reduce((sum, start) => sum + retriesWithin(retrier, seconds - start), 0);
  const added = starts.length - 1;
  const transitions = retries + added * TRANSITIONS_OF_A_START;
  const usd = priceOf(list, 'stateTransitions', transitions) + added * totalPrice(list, recovery);
  return { drivers: starts.length, retries, usd };
}
