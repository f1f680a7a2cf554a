import { fc } from '@fast-check/vitest';
import { describe, expect, it } from 'vitest';
import {
  ACCOUNT_RULES,
  accountState,
  foldAccount,
} from '../../../../lambdas/regions/account/account-fold.ts';
import type { LogEvent } from '../../../../lambdas/regions/log/event.ts';
import { type Draft, historyOf } from '../folds/history.ts';
import { seesId } from '../folds/naive.ts';
import { checkOrderFree } from '../folds/order-free.ts';
import { LAW_RUNS } from '../laws.ts';

const value = fc.constantFrom('p', 'q', 'r');
const draft: fc.Arbitrary<Draft> = fc.oneof(
  {
    weight: 5,
    arbitrary: fc.record({
      type: fc.constant('account.fields_set'),
      payload: fc.record({ fields: fc.dictionary(fc.constantFrom('city', 'name'), value, { minKeys: 1 }) }),
    }),
  },
  {
    weight: 1,
    arbitrary: fc.record({
      type: fc.constant('account.email_claimed'),
      payload: fc.record({ emailKey: value, email: value }),
    }),
  },
  { weight: 1, arbitrary: fc.record({ type: fc.constant('account.erased'), payload: fc.constant({}) }) },
);
const histories = historyOf('account#u1', draft);

const writes = (log: readonly LogEvent[], field: string): readonly LogEvent[] =>
  log.filter(({ payload }) => JSON.stringify(payload).includes(`"${field}":`));

describe('laws of an account', () => {
  it('every order, repetition, batch and snapshot gives the same bytes', () => {
    const subject = { rules: ACCOUNT_RULES, stateOf: accountState.bind(undefined, 'u1') };

    expect(() => checkOrderFree(subject, histories)).not.toThrow();
  });

  it('a write that saw everything is the value without a conflict, for any clock', () => {
    fc.assert(
      fc.property(histories, fc.integer({ min: 0, max: 10 ** 6 }), (world, wallMs) => {
        for (const event of world.log) if (!world.heldAt(0).includes(event)) world.receive(0, event);
        const last = {
          ...world.write(0, { type: 'account.fields_set', payload: { fields: { city: 'z' } } }, 0),
        };
        const skewed = { ...last, hlc: { wallMs, counter: 0 } };
        const events = [...world.log.filter(({ id }) => id !== last.id), skewed];
        expect(foldAccount('u1', events).fields['city']).toEqual({ value: 'z', id: last.id, conflicts: [] });
      }),
      { numRuns: LAW_RUNS },
    );
  });

  it('a write is the value or a conflict if and only if no other command saw it', () => {
    fc.assert(
      fc.property(histories, ({ log }) => {
        const all = writes(log, 'city');
        const counted = all.filter((event) => !all.some((other) => isSmallerCopy(other, event)));
        const open = counted.filter(
          (event) => !counted.some((other) => other !== event && sawCommandOf(other, event, all)),
        );
        const field = foldAccount('u1', log).fields['city'];
        const shown = field === undefined ? [] : [field.id, ...field.conflicts.map(({ id }) => id)];
        expect(shown.toSorted()).toEqual(open.map(({ id }) => id).toSorted());
      }),
      { numRuns: LAW_RUNS },
    );
  });
});

const isSmallerCopy = (other: LogEvent, event: LogEvent): boolean =>
  other.commandId === event.commandId &&
  (other.hlc.wallMs - event.hlc.wallMs ||
    other.hlc.counter - event.hlc.counter ||
    (other.origin < event.origin ? -1 : Number(other.origin > event.origin))) < 0;

const sawCommandOf = (later: LogEvent, earlier: LogEvent, all: readonly LogEvent[]): boolean =>
  all.some(({ commandId, id }) => commandId === earlier.commandId && seesId(later.seen, id));
