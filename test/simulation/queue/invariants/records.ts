/** Checks writes to the ledger, the audit trail and the cards, and effects at providers. */
import type { Item } from '../../aws/expressions.ts';
import { Invariant, numberOf, type SeenWrite, textOf, type Violate } from './god-log.ts';

const COMPLETED = 'COMPLETED';

/** A reservation is in force while it is in progress, has an owner and has not expired by the writer's clock. */
function checkTakeOver(
  before: Item,
  after: Item | undefined,
  by: SeenWrite['by'],
  nowMs: number,
  violate: Violate,
): void {
  const isOwners = textOf(before, 'owner') === textOf(after, 'owner') && textOf(after, 'owner') !== '';
  if (isOwners || after === undefined || textOf(after, 'owner') === '') return;
  const over = numberOf(before, 'inProgressExpiresAtMs');
  if (nowMs + by.skewMs < over)
    violate(Invariant.LedgerFenced, `${by.name} took a reservation over that is in force`);
  if (numberOf(after, 'fence') < numberOf(before, 'fence')) {
    violate(Invariant.LedgerFenced, `${by.name} took over with an older fence`);
  }
}

/** Checks the ledger; remembers the owner of each reservation. */
export class LedgerChecks {
  readonly #reservedBy = new Map<string, string>();
  readonly #nowMs: () => number;

  constructor(nowMs: () => number) {
    this.#nowMs = nowMs;
  }

  /** Checks one write. */
  check({ key, before, after, by }: SeenWrite, violate: Violate): void {
    if (before !== undefined && textOf(before, 'status') === COMPLETED) {
      return this.#checkCompleted(key, before, after, violate);
    }
    const isReservation = textOf(after, 'owner') !== '' && textOf(after, 'owner') !== textOf(before, 'owner');
    if (before !== undefined) this.#checkWriter(key, before, after, by, isReservation, violate);
    if (isReservation) this.#reservedBy.set(key, by.name);
    return undefined;
  }

  #checkCompleted(key: string, before: Item, after: Item | undefined, violate: Violate): void {
    const fields = ['status', 'taskHash', 'resultJson', 'resultFingerprint', 'effectKey'];
    const changed = fields.filter((field) => before[field] !== after?.[field]);
    if (changed.length > 0)
      violate(Invariant.ResultFixed, `${changed.join(', ')} of ${key} changed once completed`);
  }

  #checkWriter(
    key: string,
    before: Item,
    after: Item | undefined,
    by: SeenWrite['by'],
    isReservation: boolean,
    violate: Violate,
  ): void {
    if (after !== undefined && before['taskHash'] !== after['taskHash']) {
      violate(Invariant.ResultFixed, `the task hash of ${key} changed`);
    }
    if (isReservation) return checkTakeOver(before, after, by, this.#nowMs(), violate);
    if (this.#reservedBy.get(key) !== by.name) {
      violate(
        Invariant.LedgerFenced,
        `${by.name} wrote to the reservation of ${this.#reservedBy.get(key) ?? 'nobody'}`,
      );
    }
    return undefined;
  }
}

/** Checks that no audit record changes and that each record describes its transition. */
export function checkAudit(
  { key, before, after }: SeenWrite,
  transitions: ReadonlyMap<string, string>,
  violate: Violate,
): void {
  if (before !== undefined) return violate(Invariant.OneAuditRecord, `${key} was written twice`);
  const attemptId = transitions.get(key);
  if (attemptId !== textOf(after, 'attemptId')) {
    violate(
      Invariant.OneAuditRecord,
      `${key} records ${textOf(after, 'attemptId')}, what took place is ${attemptId ?? 'nothing'}`,
    );
  }
  return undefined;
}

/** Checks that a card never shows an older version and that only the lock's owner writes to it. */
export class CardChecks {
  readonly #lockedBy = new Map<string, string>();
  readonly #nowMs: () => number;

  constructor(nowMs: () => number) {
    this.#nowMs = nowMs;
  }

  /** Checks one write. */
  check({ key, before, after, by }: SeenWrite, violate: Violate): void {
    if (!key.startsWith('card#')) return;
    if (numberOf(after, 'versionShown') < numberOf(before, 'versionShown')) {
      violate(
        Invariant.ShownNeverDown,
        `${key}: ${numberOf(before, 'versionShown')} → ${numberOf(after, 'versionShown')}`,
      );
    }
    const [was, is] = [textOf(before, 'owner'), textOf(after, 'owner')];
    if (was !== '' && (is === was || is === '') && this.#lockedBy.get(key) !== by.name) {
      violate(
        Invariant.CardLocked,
        `${by.name} wrote to a card that ${this.#lockedBy.get(key) ?? 'nobody'} has locked`,
      );
    }
    if (is === was || is === '') return;
    if (was !== '' && numberOf(before, 'lockExpiresAtMs') > this.#nowMs() + by.skewMs) {
      violate(
        Invariant.CardLocked,
        `${by.name} took the lock of ${this.#lockedBy.get(key) ?? 'nobody'} that is in force`,
      );
    }
    this.#lockedBy.set(key, by.name);
  }
}

/** Checks that a provider has one object per effect key, with constant content. */
export class EffectChecks {
  readonly #effects = new Map<string, { readonly externalId: string; readonly contentHash: string }>();

  /** Checks an effect. */
  add(effectKey: string, externalId: string, contentHash: string, violate: Violate): void {
    const first = this.#effects.get(effectKey);
    if (first === undefined) this.#effects.set(effectKey, { externalId, contentHash });
    else if (first.externalId !== externalId) violate(Invariant.OneEffect, `${effectKey} is there twice`);
    else if (first.contentHash !== contentHash)
      violate(Invariant.OneEffect, `${effectKey} has another content now`);
  }

  /** Whether the provider has an effect. */
  has(effectKey: string): boolean {
    return this.#effects.has(effectKey);
  }
}
