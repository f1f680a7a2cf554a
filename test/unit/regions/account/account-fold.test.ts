import { describe, expect, it } from 'vitest';
import { foldAccount } from '../../../../lambdas/regions/account/account-fold.ts';
import type { JsonValue, LogEvent, Seen } from '../../../../lambdas/regions/log/event.ts';
import { type EventSpec, eventOf, sawAll } from '../folds/history.ts';

type Extra = Partial<Pick<EventSpec, 'seen' | 'commandId' | 'wallMs' | 'entity'>>;

const at = (place: string, type: string, payload: JsonValue, extra: Extra = {}): LogEvent =>
  eventOf({
    entity: 'account#u1',
    at: place.slice(0, 1),
    seq: Number(place.slice(1)),
    type,
    payload,
    ...extra,
  });
const set = (place: string, fields: Readonly<Record<string, JsonValue>>, extra?: Extra): LogEvent =>
  at(place, 'account.fields_set', { fields }, extra);
const claim = (place: string, emailKey: string, extra?: Extra): LogEvent =>
  at(place, 'account.email_claimed', { emailKey, email: `sealed ${emailKey}` }, extra);
const decided = (number: number, accountId: string, kind = 'owned'): LogEvent =>
  at(
    `a${number}`,
    'email.decided',
    { key: 'email#h', generation: 1, number, attemptId: 't', decision: { kind, accountId } },
    { entity: 'email#h', commandId: `decided:email#h#${number}` },
  );

const emailOf = (...events: readonly LogEvent[]): unknown => foldAccount('u1', events).email;
const fieldsOf = (...events: readonly LogEvent[]): unknown => foldAccount('u1', events).fields;

const sawFirstOf = (origin: string): Seen => ({ vector: { [origin]: 1 }, beyond: [] });

describe('a field of an account', () => {
  it('has the value that was written last', () => {
    const first = set('a1', { city: 'Rome' });

    expect(fieldsOf(first, set('a2', { city: 'Oslo' }, { seen: sawAll(first) }))).toEqual({
      city: { value: 'Oslo', id: 'a.1#2', conflicts: [] },
    });
  });

  it('has the value of a write that saw another one, although its clock is far behind', () => {
    const first = set('a1', { city: 'Rome' }, { wallMs: 10 ** 12 });

    expect(fieldsOf(first, set('b1', { city: 'Oslo' }, { wallMs: 1, seen: sawAll(first) }))).toMatchObject({
      city: { value: 'Oslo', conflicts: [] },
    });
  });

  it('shows the losing one of two concurrent writes', () => {
    expect(
      fieldsOf(set('a1', { city: 'Rome' }, { wallMs: 2 }), set('b1', { city: 'Oslo' }, { wallMs: 1 })),
    ).toEqual({
      city: { value: 'Rome', id: 'a.1#1', conflicts: [{ value: 'Oslo', id: 'b.1#1' }] },
    });
  });

  it('shows the losing write until a later write has seen both', () => {
    const both = [
      set('a1', { city: 'Rome' }, { wallMs: 2 }),
      set('b1', { city: 'Oslo' }, { wallMs: 1 }),
    ] as const;
    const sawOne = set('a2', { city: 'Bern' }, { seen: sawAll(both[0]) });
    const sawBoth = set('a2', { city: 'Bern' }, { seen: sawAll(...both) });

    expect(fieldsOf(...both, sawOne)).toMatchObject({
      city: { value: 'Bern', conflicts: [{ value: 'Oslo' }] },
    });
    expect(fieldsOf(...both, sawBoth)).toMatchObject({ city: { value: 'Bern', conflicts: [] } });
  });

  it('is overwritten by a writer who saw another copy of its command', () => {
    const [one, copy] = [
      set('a1', { city: 'Rome' }, { commandId: 'c' }),
      set('b1', { city: 'Rome' }, { commandId: 'c' }),
    ];
    const next = set('c1', { city: 'Oslo' }, { wallMs: 1, seen: sawAll(copy) });

    expect(fieldsOf(one, next)).toMatchObject({ city: { conflicts: [{ value: 'Oslo' }] } });
    expect(fieldsOf(one, next, copy)).toMatchObject({ city: { value: 'Oslo', conflicts: [] } });
  });

  it('is independent of the other fields of the same write', () => {
    const [one, two] = [
      set('a1', { city: 'Rome', name: 'A' }, { wallMs: 1 }),
      set('b1', { city: 'Oslo' }, { wallMs: 2 }),
    ];

    expect(fieldsOf(one, two)).toMatchObject({
      city: { value: 'Oslo', conflicts: [{ value: 'Rome' }] },
      name: { value: 'A', conflicts: [] },
    });
  });

  it('treats a text and an object as different values', () => {
    const [text, list] = [
      set('a1', { city: 'Rome' }, { wallMs: 1 }),
      set('b1', { city: [{ x: 1 }] }, { wallMs: 2 }),
    ];

    expect(fieldsOf(text, list)).toMatchObject({
      city: { value: [{ x: 1 }], conflicts: [{ value: 'Rome' }] },
    });
  });

  it('has the larger of two writes that claim to have seen each other', () => {
    const one = set('a1', { city: 'Rome' }, { wallMs: 2, seen: { vector: { 'b.1': 1 }, beyond: [] } });
    const two = set('b1', { city: 'Oslo' }, { wallMs: 1, seen: { vector: { 'a.1': 1 }, beyond: [] } });

    expect(fieldsOf(one, two)).toMatchObject({ city: { value: 'Rome', conflicts: [] } });
  });

  it('keeps a ring of three writes visible', () => {
    const ring = [
      set('a1', { city: 'A' }, { wallMs: 3, seen: sawFirstOf('b.1') }),
      set('b1', { city: 'B' }, { wallMs: 2, seen: sawFirstOf('c.1') }),
      set('c1', { city: 'C' }, { wallMs: 1, seen: sawFirstOf('a.1') }),
    ];

    expect(fieldsOf(...ring)).toMatchObject({
      city: { value: 'A', conflicts: [{ value: 'B' }, { value: 'C' }] },
    });
  });
});

describe('the e-mail address of an account', () => {
  const own = claim('a1', 'email#h');

  it('is absent without a claim', () => {
    expect(foldAccount('u1', [set('a1', { city: 'Rome' })])).not.toHaveProperty('email');
  });

  it('is pending until the agreement decides, then owned or taken', () => {
    expect(emailOf(own)).toMatchObject({ emailKey: 'email#h', value: 'sealed email#h', status: 'pending' });
    expect(emailOf(own, decided(1, 'u1'))).toMatchObject({ status: 'owned' });
    expect(emailOf(own, decided(1, 'u2'))).toMatchObject({ status: 'taken' });
  });

  it('follows the latest decision without a gap before it', () => {
    expect(emailOf(own, decided(1, 'u2'), decided(2, 'u2', 'released'))).toMatchObject({ status: 'pending' });
    expect(emailOf(own, decided(1, 'u2'), decided(3, 'u1'))).toMatchObject({ status: 'taken' });
    expect(emailOf(own, decided(3, 'u1'), decided(2, 'u2', 'released'), decided(1, 'u2'))).toMatchObject({
      status: 'owned',
    });
  });

  it('ignores decisions about another address', () => {
    expect(emailOf(claim('a1', 'email#other'), decided(1, 'u1'))).toMatchObject({ status: 'pending' });
  });

  it('is the larger of two concurrent claims, with the other one as a conflict', () => {
    const [one, two] = [claim('a1', 'email#h', { wallMs: 1 }), claim('b1', 'email#i', { wallMs: 2 })];

    expect(emailOf(one, two)).toMatchObject({
      emailKey: 'email#i',
      conflicts: [{ value: 'sealed email#h' }],
    });
  });
});

describe('the state of an account', () => {
  it('is erased after an erasure has arrived', () => {
    expect(foldAccount('u1', [set('a1', { city: 'Rome' })]).isErased).toBe(false);
    expect(foldAccount('u1', [at('a1', 'account.erased', {})]).isErased).toBe(true);
  });

  it('counts unreadable events and names contradictions', () => {
    const other = { ...decided(1, 'u2'), id: 'b.1#1', origin: 'b.1' };

    expect(foldAccount('u1', [at('a1', 'account.points_added', {}), decided(1, 'u1'), other])).toMatchObject({
      unread: { 'account.points_added@1': 1 },
      contradictions: ['decided:email#h#1'],
    });
  });
});
