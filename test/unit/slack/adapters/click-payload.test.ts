import { fc, test as property } from '@fast-check/vitest';
import { describe, expect, it } from 'vitest';
import { QueueError } from '../../../../lambdas/shared/domain/errors.ts';
import { parseClick } from '../../../../lambdas/slack/adapters/click-payload.ts';
import { blockActionsOf, clickForm, OPERATOR } from '../../../helpers/slack/slack-request.ts';

const taskId = `task-${'a'.repeat(40)}`;
const pressed = (over: Partial<Parameters<typeof blockActionsOf>[0]> = {}) =>
  blockActionsOf({ taskId, version: 3, action: 'retry', actionTs: '1774745990.000001', ...over });
const parse = (payload: unknown) => parseClick(new URLSearchParams(clickForm(payload)));

function clickOf(payload: unknown) {
  const parsed = parse(payload);
  if (parsed.kind !== 'click') throw new TypeError('payload: expected a click');
  return parsed.click;
}

describe('parseClick', () => {
  it('reads person, command, place and version', () => {
    expect(clickOf(pressed())).toMatchObject({
      taskId,
      version: 3,
      action: 'retry',
      teamId: OPERATOR.teamId,
      userId: OPERATOR.userId,
      userName: 'ada',
      channelId: 'C0QUOTES1',
      messageTs: '1774745970.000200',
      threadTs: '1774745970.000100',
    });
  });

  it('gives the same press the same id on every delivery', () => {
    expect(clickOf(pressed()).clickId).toBe(clickOf(pressed()).clickId);
  });

  it.each([
    { actionTs: '1774745990.000002' },
    { version: 4 },
    { action: 'abandon' as const },
    { taskId: `task-${'b'.repeat(40)}` },
    { messageTs: '1774745970.000201' },
    { channelId: 'C0OTHERS1' },
    { person: { ...OPERATOR, userId: 'U0LINOPS2' } },
    { person: { ...OPERATOR, teamId: 'T0OTHERS1' } },
  ])('gives another press another id: %j', (over) => {
    expect(clickOf(pressed(over)).clickId).not.toBe(clickOf(pressed()).clickId);
  });

  it.each([
    ['a modal that was closed', { type: 'view_closed', view: {} }],
    ['a link that was opened', { ...pressed(), actions: [{ action_id: 'open_effect', action_ts: '1.1' }] }],
  ])('ignores %s', (_what, payload) => {
    expect(parse(payload)).toEqual({ kind: 'ignored' });
  });

  it('accepts a name of any length and content, cut and well-formed', () => {
    const payload = pressed({ person: { ...OPERATOR, name: `${'x'.repeat(79)}😀` } });

    const { userName } = clickOf(payload);

    expect(userName).toHaveLength(80);
    expect(userName.isWellFormed()).toBe(true);
  });

  it.each([
    ['an empty username', { username: '', name: 'ada' }, 'ada'],
    ['no username', { name: 'ada' }, 'ada'],
    ['a username of null', { username: null, name: 'ada' }, 'ada'],
    ['a username of white space', { username: ' \u00A0\u3000\n', name: 'ada' }, 'ada'],
    ['a username that is invisible', { username: '\u200B\u2060\u3164\uFEFF', name: ' ada\u200D' }, 'ada'],
    ['no name that shows anything', { username: '\u200B', name: '' }, 'U0ADAOPS1'],
    ['no names', {}, 'U0ADAOPS1'],
  ])('gives a name to a person with %s', (_what, names, userName) => {
    const user = { id: OPERATOR.userId, team_id: OPERATOR.teamId, ...names };

    expect(clickOf({ ...pressed(), user }).userName).toBe(userName);
  });

  it.each([
    ['of the other workspace in a shared channel', 'T0OUTSIDE', 'T0OUTSIDE'],
    ['whose workspace is not said', null, 'T0QUOTEQ1'],
  ])('identifies a person %s by the right team', (_who, teamId, expected) => {
    const user = { id: 'U0ADAOPS1', username: 'ada', team_id: teamId };

    expect(clickOf({ ...pressed(), user }).teamId).toBe(expected);
  });

  it.each([
    ['the person’s workspace', { team_id: 'T0QUOTEQ1' }, 'T0QUOTEQ1'],
    ['the organisation, where no workspace is said', {}, 'E0ORGANIS'],
  ])('identifies a person of an app installed for an organisation by %s', (_what, over, expected) => {
    const user = { id: 'W0ADAOPS1', username: 'ada', ...over };
    const enterprise = { id: 'E0ORGANIS', name: 'Organisation' };
    const payload = { ...pressed(), team: null, enterprise, is_enterprise_install: true, user };

    expect(clickOf(payload)).toMatchObject({ teamId: expected, userId: 'W0ADAOPS1' });
    expect(clickOf(payload).clickId).toBe(clickOf(payload).clickId);
  });

  const withAction = (over: object) => ({ ...pressed(), actions: [{ ...pressed().actions[0], ...over }] });
  it.each([
    ['no type', {}],
    ['no JSON object', 'text'],
    ['null', null],
    ['no team', { ...pressed(), team: null, user: { id: 'U0ADAOPS1' } }],
    ['no message', { ...pressed(), container: { type: 'view' } }],
    ['no action', { ...pressed(), actions: [] }],
    ['two actions', { ...pressed(), actions: [...pressed().actions, ...pressed().actions] }],
    ['no value', withAction({ value: undefined })],
    ['a value that is no JSON', withAction({ value: '{' })],
    [
      'a value with more in it',
      withAction({ value: JSON.stringify({ taskId, version: 3, action: 'retry', by: 'me' }) }),
    ],
    [
      'a version that is no number',
      withAction({ value: JSON.stringify({ taskId, version: '3', action: 'retry' }) }),
    ],
    ['another action than the button’s', withAction({ action_id: 'quoteq_abandon' })],
    ['a value that is too long', withAction({ value: ' '.repeat(2_001) })],
  ])('refuses a payload with %s', (_what, payload) => {
    expect(() => parse(payload)).toThrow(expect.objectContaining({ code: 'REQUEST_INVALID' }));
  });

  it.each(['', 'payload=%7B', 'payload=1&payload=2', 'other=1'])('refuses the form “%s”', (form) => {
    expect(() => parseClick(new URLSearchParams(form))).toThrow(
      expect.objectContaining({ code: 'REQUEST_INVALID' }),
    );
  });

  property.prop([
    fc.oneof(
      fc.jsonValue(),
      fc.jsonValue().map((value) => ({ ...pressed(), actions: [value] })),
      fc.jsonValue().map((value) => ({ ...pressed(), container: value, user: value })),
      fc.string().map((value) => withAction({ value })),
    ),
  ])('reads, ignores or refuses anything else, and never fails otherwise', (payload) => {
    let outcome: unknown;
    try {
      outcome = parse(payload).kind;
    } catch (thrown) {
      outcome = thrown instanceof QueueError ? thrown.code : thrown;
    }

    expect(['ignored', 'click', 'REQUEST_INVALID']).toContain(outcome);
  });
});
