/**
 * The global log: sees every write and every effect when it happens, also if no process gets the answer, and checks the invariants of
 * single steps. A violation stops the world.
 */
import type { Item } from '../../aws/expressions.ts';
import type { Write } from '../../aws/dynamodb.ts';
import type { Process } from '../../kernel/kernel.ts';

/** Every checked invariant, by its reported name. */
export const Invariant = {
  LegalTransition: 'legal-transition',
  VersionPlusOne: 'version-plus-one',
  HistoryComplete: 'history-complete',
  IdentityFixed: 'identity-fixed',
  AttemptsCounted: 'attempts-counted',
  GenerationGuarded: 'generation-guarded',
  NothingVanishes: 'nothing-vanishes',
  FencedOut: 'fenced-out-changes-nothing',
  LedgerFenced: 'ledger-fenced',
  ResultFixed: 'result-fixed',
  ProofBeforeCompletion: 'proof-before-completion',
  OneAuditRecord: 'one-audit-record-per-version',
  OneEffect: 'one-effect-per-key',
  ShownNeverDown: 'shown-version-never-down',
  CardLocked: 'card-locked',
  NothingLost: 'nothing-lost',
  NotStuck: 'not-stuck-past-budget',
  AuditComplete: 'audit-complete',
  CardCurrent: 'card-current',
  KeyReuseRefused: 'key-reuse-refused',
  Linearizable: 'linearizable',
  NoRejection: 'no-unexpected-answer',
  Deterministic: 'deterministic',
} as const;
/** One of {@link Invariant}. */
export type Invariant = (typeof Invariant)[keyof typeof Invariant];

/** An invariant that did not hold. */
export interface Violation {
  readonly invariant: Invariant;
  readonly text: string;
}

/** A write and its writer. */
export interface SeenWrite extends Write {
  readonly by: Process;
}

/** Reports a violation. */
export type Violate = (invariant: Invariant, text: string) => void;

/** A text field of an item; `''` if absent. */
export const textOf = (item: Item | undefined, field: string): string => {
  const value = item?.[field];
  return typeof value === 'string' ? value : '';
};

/** A number field of an item; 0 if absent. */
export const numberOf = (item: Item | undefined, field: string): number => {
  const value = item?.[field];
  return typeof value === 'number' ? value : 0;
};
