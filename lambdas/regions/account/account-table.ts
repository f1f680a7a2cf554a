/** The effect of a write to a field, depending on which other writes had seen it. */
import type { TableRow } from '../folds/table.ts';

/**
 * Position of a write among the writes of its field. `overwritten`: a later writer had seen it. `largest`: no writer had seen it, and it is
 * the last of these writes in the total order. `concurrent`: no writer had seen it, and it is not the last.
 */
export type WriteState = 'overwritten' | 'largest' | 'concurrent';

/** What a write does to its field. */
export type WriteEffect = 'value' | 'conflict' | 'none';

/** Events that write fields. */
export type WriteEvent = 'account.fields_set' | 'account.email_claimed';

interface AccountRow extends TableRow<WriteEffect> {
  readonly event: WriteEvent | 'account.erased';
  readonly state: WriteState | 'any';
}

const row = (
  event: AccountRow['event'],
  state: AccountRow['state'],
  effect: WriteEffect,
  meaning: string,
): AccountRow => ({ event, state, effect, meaning });

const OVERWRITTEN = 'A later write had seen it and wins, also if its clock is behind.';

/** The rules of a field. */
export const ACCOUNT_TABLE: readonly AccountRow[] = [
  row('account.fields_set', 'largest', 'value', 'It is the value of the field.'),
  row(
    'account.fields_set',
    'concurrent',
    'conflict',
    'It stays visible until somebody writes having seen it and the value.',
  ),
  row('account.fields_set', 'overwritten', 'none', OVERWRITTEN),
  row(
    'account.email_claimed',
    'largest',
    'value',
    'It is the address that the person wants; the agreement decides whether they have it.',
  ),
  row('account.email_claimed', 'concurrent', 'conflict', 'It stays visible like any other concurrent write.'),
  row('account.email_claimed', 'overwritten', 'none', OVERWRITTEN),
  row(
    'account.erased',
    'any',
    'none',
    'The account reads as erased. Its ciphertext stays, and nobody can open it.',
  ),
];

const EFFECTS = new Map(ACCOUNT_TABLE.map(({ event, state, effect }) => [`${event}/${state}`, effect]));

/** The table's cell. */
export const writeEffectOf = (event: WriteEvent, state: WriteState): WriteEffect =>
  EFFECTS.get(`${event}/${state}`) ?? 'none';
