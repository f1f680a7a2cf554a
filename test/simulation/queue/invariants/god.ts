/** All checks of single steps on one log. */
import { KIND_NAMES, kindRow } from '../../../../lambdas/actions/kinds.ts';
import type { Write } from '../../aws/dynamodb.ts';
import { TABLES } from '../containers.ts';
import type { Kernel, Process } from '../../kernel/kernel.ts';
import { Invariant, numberOf, textOf, type Violation } from './god-log.ts';
import { CardChecks, checkAudit, EffectChecks, LedgerChecks } from './records.ts';
import { causeOf, type GenerationOf, TaskChecks } from './tasks.ts';

/** The global checks. */
export class God {
  readonly violations: Violation[] = [];
  readonly effects = new EffectChecks();
  /** Attempt id of each stored transition, by `taskId|version`. */
  readonly transitions = new Map<string, string>();
  /** Reached rare states. */
  readonly reached = new Set<string>();
  readonly #kernel: Kernel;
  readonly #confirmed = new Map<string, boolean>();
  readonly #tasks: TaskChecks;
  readonly #ledger: LedgerChecks;
  readonly #cards: CardChecks;

  constructor(kernel: Kernel, generationOf: GenerationOf) {
    this.#kernel = kernel;
    this.#tasks = new TaskChecks(generationOf, () => kernel.nowMs);
    this.#cards = new CardChecks(() => kernel.nowMs);
    this.#ledger = new LedgerChecks(() => kernel.nowMs);
  }

  /** Reports a violation; the world stops after the present step. */
  readonly violate = (invariant: Invariant, text: string): void => {
    this.violations.push({ invariant, text });
    this.#kernel.trace(`VIOLATION ${invariant}: ${text}`);
    this.#kernel.stop();
  };

  /** Checks a write. */
  onWrite(write: Write, by: Process): void {
    const seen = { ...write, by };
    switch (write.table) {
      case TABLES.TASKS_TABLE:
        this.#noteTransition(write);
        this.#tasks.check(seen, this.violate);
        return;
      case TABLES.LEDGER_TABLE:
        return this.#ledger.check(seen, this.violate);
      case TABLES.AUDIT_TABLE:
        return checkAudit(seen, this.transitions, this.violate);
      case TABLES.CARDS_TABLE:
        return this.#cards.check(seen, this.violate);
    }
  }

  /** Notes a worker's read of a task: the worker may act only if it holds the claim at that time. */
  onRead(taskId: string, by: Process): void {
    this.#confirmed.set(by.name, this.#tasks.holds(taskId, by.name));
  }

  /** Checks a worker's request to its provider: at its last read it must have held the claim. */
  onEffectSent(by: Process): void {
    if (by.name.startsWith('run-action') && this.#confirmed.get(by.name) !== true) {
      this.violate(
        Invariant.FencedOut,
        `${by.name} applied an effect without a claim that it had just confirmed`,
      );
    }
  }

  #noteTransition({ key, before, after }: Write): void {
    if (after === undefined) return;
    const [cause, state] = [causeOf(after), textOf(after, 'state')];
    const from = textOf(before, 'state');
    this.#kernel.trace(
      `  ${key.slice(5, 11)} v${numberOf(after, 'version')} ${from || '-'} → ${state} (${cause})`,
    );
    this.transitions.set(`${key}|${numberOf(after, 'version')}`, textOf(after, 'attemptId'));
    this.reached.add(`${from || '-'} → ${state} (${cause})`);
    if (state === 'completed') this.#checkProof(after);
  }

  /** A task may be completed only after its effect exists. */
  #checkProof(task: Readonly<Record<string, unknown>>): void {
    const { result } = task;
    const externalId =
      typeof result === 'object' && result !== null && 'externalId' in result
        ? String(result.externalId)
        : '';
    const kind = KIND_NAMES.find((name) => name === textOf(task, 'kind'));
    const isById = kind !== undefined && kindRow(kind).countedBy === 'externalId';
    const key = isById ? externalId : `${textOf(task, 'kind')}:${textOf(task, 'taskId')}`;
    this.reached.add(`proof ${textOf(task, 'proof')}`);
    if (!this.effects.has(key)) this.violate(Invariant.ProofBeforeCompletion, `${key} is nowhere`);
  }
}
