/**
 * Checks writes to the Tasks table against the lifecycle. The table of legal moves is repeated here on purpose: a check by the code's own
 * table could not detect a change of it.
 */
import { POLICY } from '../../../../lambdas/queue/domain/task/policy.ts';
import type { Item } from '../../aws/expressions.ts';
import { NEXT_FIELD } from '../next-release.ts';
import { LIMITS } from '../../kernel/network.ts';
import { Invariant, numberOf, type SeenWrite, textOf, type Violate } from './god-log.ts';

const LEGAL: ReadonlySet<string> = new Set([
  '- queued enqueue',
  'queued running claim',
  'queued failed_terminal operator_cancel',
  'queued queued operator_retry',
  'queued queued recover_stale',
  'queued queued hold',
  'queued queued release',
  'retryable_failed retryable_failed operator_retry',
  'retryable_failed retryable_failed recover_stale',
  'retryable_failed retryable_failed hold',
  'retryable_failed retryable_failed release',
  'running completed complete',
  'running retryable_failed fail',
  'running retryable_failed recover_stale',
  'running failed_terminal fail',
  'retryable_failed running claim',
  'retryable_failed failed_terminal operator_abandon',
]);

const NEXT_GENERATION: ReadonlySet<string> = new Set(['operator_retry', 'recover_stale', 'release']);
const FIXED = [
  'taskId',
  'quoteId',
  'kind',
  'idempotencyKey',
  'taskHash',
  'payloadJson',
  'createdAtMs',
  'maxAttempts',
  NEXT_FIELD,
];

interface Entry {
  readonly version: number;
  readonly from: string | null;
  readonly to: string;
  readonly cause: string;
}

const isEntry = (value: unknown): value is Entry =>
  typeof value === 'object' && value !== null && 'version' in value && 'cause' in value && 'to' in value;

const lastEntry = (item: Item): Entry | undefined => {
  const { history } = item;
  const entry: unknown = Array.isArray(history) ? history.at(-1) : undefined;
  return isEntry(entry) ? entry : undefined;
};

/** Cause of a write, from the task's own history. */
export const causeOf = (item: Item): string => lastEntry(item)?.cause ?? '';

function checkMove(before: Item | undefined, after: Item, violate: Violate): void {
  const from = before === undefined ? '-' : textOf(before, 'state');
  const move = `${from} ${textOf(after, 'state')} ${causeOf(after)}`;
  if (!LEGAL.has(move)) violate(Invariant.LegalTransition, move);
  const [was, is] = [numberOf(before, 'version'), numberOf(after, 'version')];
  if (is !== was + 1) violate(Invariant.VersionPlusOne, `${was} → ${is} by ${move}`);
  const entry = lastEntry(after);
  if (entry?.version !== is || entry.to !== after['state'] || (entry.from ?? '-') !== from) {
    violate(Invariant.HistoryComplete, `the history ends with ${JSON.stringify(entry)} at ${move}`);
  }
  for (const field of before === undefined ? [] : FIXED) {
    if (before?.[field] !== after[field]) violate(Invariant.IdentityFixed, `${field} changed by ${move}`);
  }
}

function checkCounts(before: Item, after: Item, by: string, violate: Violate): void {
  const cause = causeOf(after);
  const attempts = numberOf(after, 'attempt') - numberOf(before, 'attempt');
  if (attempts !== (cause === 'claim' ? 1 : 0))
    violate(Invariant.AttemptsCounted, `${attempts} more by ${cause}`);
  const used = numberOf(after, 'attempt') - numberOf(after, 'deferrals');
  // One further claim may probe for an effect in doubt after the last attempt.
  if (used > numberOf(after, 'maxAttempts') + 1) violate(Invariant.AttemptsCounted, `${used} attempts used`);
  const generations = numberOf(after, 'generation') - numberOf(before, 'generation');
  // A driver whose own lease expired continues itself; the sweep starts the next driver.
  const isOwn = textOf(before, 'state') === 'running' && !by.startsWith('sweep');
  const isRaised = NEXT_GENERATION.has(cause) && !isOwn;
  if (generations !== (isRaised ? 1 : 0))
    violate(Invariant.GenerationGuarded, `${generations} more by ${cause}`);
}

/** Generation of an invocation such as `run-action-crm#7`; its claim must have the generation of its execution. */
export type GenerationOf = (name: string) => number | undefined;

/** Checks writes to the Tasks table; remembers the holder of each claim. */
export class TaskChecks {
  /** Holders of the claims in force, by task. */
  readonly #holders = new Map<string, string>();
  readonly #generationOf: GenerationOf;
  /** Called with each transition. */
  readonly #nowMs: () => number;

  constructor(generationOf: GenerationOf, nowMs: () => number) {
    this.#generationOf = generationOf;
    this.#nowMs = nowMs;
  }

  /** Whether a process holds the claim of a task now. */
  holds(taskId: string, process: string): boolean {
    return this.#holders.get(taskId) === process;
  }

  /** Checks one write. */
  check({ key, before, after, by }: SeenWrite, violate: Violate): void {
    if (after === undefined) return violate(Invariant.NothingVanishes, `${key} was deleted by ${by.name}`);
    checkMove(before, after, violate);
    if (before !== undefined) checkCounts(before, after, by.name, violate);
    this.#checkFence(key, before, after, by.name, violate);
    return undefined;
  }

  #checkFence(key: string, before: Item | undefined, after: Item, by: string, violate: Violate): void {
    const cause = causeOf(after);
    const isWorker = by.startsWith('run-action');
    const holder = this.#holders.get(key);
    if (isWorker && (cause === 'complete' || cause === 'fail') && holder !== by) {
      violate(Invariant.FencedOut, `${by} made ${cause}; the claim is of ${holder ?? 'nobody'}`);
    }
    if (cause === 'recover_stale' && textOf(before, 'state') === 'running')
      this.#checkLease(before, by, violate);
    if (cause === 'claim') this.#checkDriver(after, by, violate);
    if (textOf(after, 'state') === 'running') this.#holders.set(key, by);
    else this.#holders.delete(key);
  }

  /** Others may end a lease only after it has expired on every clock. */
  #checkLease(before: Item | undefined, by: string, violate: Violate): void {
    const early = numberOf(before, 'leaseExpiresAtMs') + POLICY.clockSkewMs - LIMITS.skewMs - this.#nowMs();
    if (early > 0) violate(Invariant.FencedOut, `${by} ended a lease ${Math.ceil(early)} ms early`);
  }

  #checkDriver(after: Item, by: string, violate: Violate): void {
    const generation = this.#generationOf(by);
    if (generation !== undefined && generation !== numberOf(after, 'generation')) {
      violate(
        Invariant.GenerationGuarded,
        `${by} of generation ${generation} claimed ${numberOf(after, 'generation')}`,
      );
    }
  }
}
