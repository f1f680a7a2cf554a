import { describe, expect, it } from 'vitest';
import {
  checkCommandId,
  contradict,
  decidedCommandId,
  fingerprintOf,
  isDecided,
  MAX_COMMAND_ID_LENGTH,
  recognise,
} from '../../../../lambdas/regions/log/command.ts';
import { A, B, CART, eventOf, OwnState, draftOf, refusalOf, valueOf } from './lab.ts';

describe('checkCommandId', () => {
  it.each(['c1', '01JH8Z5V7QK3', 'a'.repeat(MAX_COMMAND_ID_LENGTH), 'urn:x:~1@b/+-_.'])('takes %s', (id) => {
    expect(valueOf(checkCommandId(id))).toBe(id);
  });

  it.each([
    '',
    'a'.repeat(MAX_COMMAND_ID_LENGTH + 1),
    'a b',
    'a\nb',
    'ente🦆',
    'a#b',
    'decided:order#o1#2',
    'decided:x',
  ])('refuses %j', (id) => {
    expect(refusalOf(checkCommandId(id))).toBe('command_id at commandId');
  });

  it('refuses the id of a decided event from a client', () => {
    expect(refusalOf(checkCommandId(decidedCommandId('order', 2)))).toBe('command_id at commandId');
    expect(isDecided({ commandId: decidedCommandId('order#o1', 2) })).toBe(true);
    expect(isDecided({ commandId: 'c1' })).toBe(false);
  });
});

describe('recognise', () => {
  const fingerprint = fingerprintOf({ sku: 'SKU-1', quantity: 2 });

  it('finds the events of a command whose answer was lost', () => {
    const [stored] = new OwnState(A).accept([draftOf({}, { fingerprint })]).commands;

    expect(valueOf(recognise(stored?.next, fingerprintOf({ quantity: 2, sku: 'SKU-1' })))).toEqual([
      { entity: CART, id: `${A}#1` },
    ]);
  });

  it('finds nothing for a command that was not accepted here', () => {
    expect(valueOf(recognise(undefined, fingerprint))).toBeUndefined();
  });

  it('refuses an id that was used for another command', () => {
    const [stored] = new OwnState(A).accept([draftOf({}, { fingerprint })]).commands;

    expect(refusalOf(recognise(stored?.next, fingerprintOf({ sku: 'SKU-1', quantity: 3 })))).toBe(
      'command_id_reused at commandId',
    );
  });
});

describe('contradict', () => {
  const commandId = decidedCommandId('order#o1', 2);
  const outcome = eventOf({ commandId, payload: { state: 'ended', lines: 1 } });

  it('finds two payloads of one outcome', () => {
    expect(contradict(outcome, eventOf({ commandId, payload: { state: 'effecting', lines: 1 } }))).toBe(true);
    expect(contradict(outcome, eventOf({ commandId, type: 'order.other', payload: outcome.payload }))).toBe(
      true,
    );
  });

  it('treats copies that two Regions wrote as one outcome', () => {
    const copy = eventOf({
      commandId,
      payload: { lines: 1, state: 'ended' },
      seen: { vector: { [B]: 3 }, beyond: [] },
    });

    expect(contradict(outcome, copy)).toBe(false);
  });

  it('does not compare other outcomes, other entities or the commands of clients', () => {
    const other = { state: 'effecting' };
    const client = eventOf({ commandId: 'c1' });

    expect(contradict(outcome, eventOf({ commandId: decidedCommandId('order#o1', 3), payload: other }))).toBe(
      false,
    );
    expect(contradict(client, eventOf({ commandId: 'c1', payload: other }))).toBe(false);
    const elsewhere = { ...outcome, entity: 'order#o2', payload: other };
    expect(contradict(outcome, elsewhere)).toBe(false);
  });
});

describe('the command id of a decision', () => {
  it('names the generation from the second one on', () => {
    expect(decidedCommandId('order#o1', 3)).toBe('decided:order#o1#3');
    expect(decidedCommandId('order#o1', 3, 2)).toBe('decided:order#o1#2.3');
  });
});
