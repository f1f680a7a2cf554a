/** An effect with owners that hang, crash or are fenced, lost answers, and slow calls. */
import {
  claimEffect,
  type EffectClaim,
  type EffectPermission,
  type GrantedClaim,
} from '../../../../lambdas/regions/agreements/effect-claim.ts';
import {
  decideEffect,
  finishEffect,
  renewEffect,
} from '../../../../lambdas/regions/agreements/effect-report.ts';
import {
  EFFECT_CALL_MS,
  type EffectContext,
  type EffectItem,
  effectKeyOf,
  type EffectStep,
} from '../../../../lambdas/regions/agreements/effect-state.ts';
import { recognise } from '../../../../lambdas/regions/agreements/item.ts';
import { ItemStore } from '../item-store.ts';

const KEY = effectKeyOf('capture', 'o1');
const START_MS = Date.UTC(2026, 2, 29, 0, 59, 30);
/** Regions that may carry out the effect. */
export const REGIONS = ['a', 'b', 'c'] as const;
/** Deviation of each Region's clock from the true time, in ms: less than the skew that takeovers allow for. */
const SKEW_MS = { a: 0, b: 2_400, c: -2_400 } as const;
export type Region = (typeof REGIONS)[number];
type Provider = EffectClaim['provider'];

const isEffectItem = (item: unknown): item is EffectItem =>
  typeof item === 'object' && item !== null && 'pending' in item;

/** An active owner: its grant, and its answers from the provider so far. */
interface Worker extends GrantedClaim {
  readonly region: Region;
  finding?: 'carried_out' | 'not_carried_out';
  /** Time of its question, by its own clock. */
  askedAtMs?: number;
  /** A call is in progress; the worker waits for it. */
  isCalling?: boolean;
}

/** Counters of rare situations, over all runs; the laws must reach each one. */
export const met = {
  takeover: 0,
  lateOwner: 0,
  lostAnswer: 0,
  person: 0,
  recognisedAgain: 0,
  withdrawnFound: 0,
  done: 0,
};

/** One effect, its agreement, its active owners, and the number of times the provider carried it out. */
export class EffectWorld {
  nowMs = START_MS;
  permission: EffectPermission = 'apply';
  readonly store = new ItemStore();
  readonly epochs = { a: 1, b: 1, c: 1 };
  readonly workers: Worker[] = [];
  readonly lost: { readonly region: Region; readonly attemptId: string; readonly granted: GrantedClaim }[] =
    [];
  /** Number of times the provider carried it out. */
  applied = 0;
  readonly provider: Provider;
  #attempts = 0;
  #calls: { readonly worker: Worker; readonly landsAtMs: number }[] = [];

  constructor(provider: Provider) {
    this.provider = provider;
  }

  item(): EffectItem | undefined {
    return this.store.get(KEY, isEffectItem);
  }

  context(region: Region): EffectContext {
    this.#attempts += 1;
    const attempt = { attemptId: `attempt-${this.#attempts}`, generation: 1 };
    return { key: KEY, read: this.item(), attempt, nowMs: this.nowMs + SKEW_MS[region] };
  }

  claim(region: Region, isAnswerLost: boolean): void {
    const context = this.context(region);
    const { owner = '', epoch = 0 } = context.read?.state ?? {};
    const ownersRegion = REGIONS.find((name) => owner.startsWith(name));
    const step = claimEffect(context, {
      owner: `${region}.1`,
      region,
      epoch: this.epochs[region],
      isFenced: false,
      ownersPresentEpoch: ownersRegion === undefined ? epoch : this.epochs[ownersRegion],
      permission: this.permission,
      provider: this.provider,
    });
    if (!step.ok || !this.store.write([step.value.put])) return;
    met.takeover += step.value.fence > 1 ? 1 : 0;
    if (isAnswerLost) this.lost.push({ region, attemptId: context.attempt.attemptId, granted: step.value });
    else this.workers.push({ ...step.value, region });
  }

  /** A claimer whose answer was lost reads again. */
  recover(): void {
    const lost = this.lost.pop();
    if (lost === undefined) return;
    met.lostAnswer += 1;
    const isOwn = recognise(this.item(), -1, lost.attemptId) === 'written';
    if (isOwn) this.workers.push({ ...lost.granted, region: lost.region });
  }

  /** One call of a worker to the provider. The worker begins no call that its lease does not cover. */
  call(index: number): void {
    const worker = this.workers[index % Math.max(this.workers.length, 1)];
    if (worker === undefined || worker.begin === 'wait_for_person' || worker.isCalling === true) return;
    if (this.nowMs + SKEW_MS[worker.region] > worker.callBeforeMs) return;
    const isAsking = worker.begin !== 'apply' && worker.finding === undefined;
    if (isAsking) this.#ask(worker);
    else if (worker.begin !== 'probe_only' && worker.finding !== 'carried_out') this.#send(worker);
  }

  #ask(worker: Worker): void {
    worker.finding = this.applied > 0 ? 'carried_out' : 'not_carried_out';
    worker.askedAtMs = this.nowMs + SKEW_MS[worker.region];
  }

  #send(worker: Worker): void {
    worker.isCalling = true;
    this.#calls.push({ worker, landsAtMs: this.nowMs + EFFECT_CALL_MS });
  }

  /** Advances the time; calls in progress reach the provider at the end of their time limit. */
  pass(passedMs: number): void {
    this.nowMs += passedMs;
    const due = this.#calls.filter(({ landsAtMs }) => landsAtMs <= this.nowMs);
    this.#calls = this.#calls.filter(({ landsAtMs }) => landsAtMs > this.nowMs);
    for (const { worker } of due) this.#apply(worker);
  }

  /** A call in progress reaches the provider at once. */
  land(): void {
    const call = this.#calls.shift();
    if (call !== undefined) this.#apply(call.worker);
  }

  #apply(worker: Worker): void {
    met.recognisedAgain += this.applied > 0 && this.provider.recognisesKeys ? 1 : 0;
    this.applied += this.applied > 0 && this.provider.recognisesKeys ? 0 : 1;
    worker.finding = 'carried_out';
    worker.isCalling = false;
  }

  /** A worker reports its result and ends. */
  report(index: number): void {
    const [worker] = this.workers.splice(index % Math.max(this.workers.length, 1), 1);
    if (worker === undefined) return;
    const by = { owner: `${worker.region}.1`, fence: worker.fence };
    const context = this.context(worker.region);
    if (worker.finding === undefined || worker.isCalling === true) return;
    const { askedAtMs = 0 } = worker;
    const withdrawn = { kind: 'refused', reason: 'withdrawn', askedAtMs } as const;
    const notDone = worker.begin === 'probe_only' ? withdrawn : undefined;
    const done = { kind: 'done', result: 'ok' } as const;
    const report =
      worker.finding === 'carried_out' ? done : (notDone ?? ({ kind: 'not_now', askedAtMs } as const));
    const step = finishEffect(context, by, report);
    met.lateOwner += !step.ok && step.refusal.code === 'fence_lost' ? 1 : 0;
    met.withdrawnFound += this.write(step) && worker.begin === 'probe_only' ? 1 : 0;
  }

  renew(index: number): void {
    const worker = this.workers[index % Math.max(this.workers.length, 1)];
    if (worker === undefined) return;
    const by = { owner: `${worker.region}.1`, fence: worker.fence };
    this.write(renewEffect(this.context(worker.region), by));
  }

  /** A person checks the provider's own records. */
  person(): void {
    if (this.item()?.state.status !== 'person_needed') return;
    met.person += 1;
    const personId = 'ada';
    const found =
      this.applied > 0
        ? ({ kind: 'done', result: 'ok' } as const)
        : ({ kind: 'again', personId, askedAtMs: this.nowMs } as const);
    this.write(decideEffect(this.context('a'), found));
  }

  write(step: EffectStep): boolean {
    return step.ok && this.store.write([step.value]);
  }

  /** Ends all faults: events are secured in another Region, leases expire, a person answers. */
  settle(): void {
    this.workers.length = 0;
    for (let round = 0; round < 8; round += 1) {
      this.pass(200_000);
      this.claim('a', false);
      this.call(0);
      this.call(0);
      this.land();
      this.report(0);
      this.person();
    }
  }
}
