/** The detail of an error that is stored with a task: whole characters, one line, and never a name from a service. */
import { describe, expect, it } from 'vitest';
import { ELLIPSIS, graphemesOf } from '../../../../lambdas/shared/contracts/text.ts';
import { MAX_DETAIL_LENGTH } from '../../../../lambdas/shared/contracts/error-codes.ts';
import { evidenceOf, QueueError, toQueueError } from '../../../../lambdas/shared/domain/errors.ts';
import { doubtfulError, taskErrorOf } from '../../../../lambdas/queue/domain/task/task-error.ts';
import { ILL_FORMED, NASTY_TEXTS, SECRETS, textsAcross } from '../../../helpers/nasty-texts.ts';

const TERMINAL = { kind: 'terminal', code: 'RETRIES_EXHAUSTED', causeCode: 'PROVIDER_REFUSED' } as const;
const ALL = Object.entries({ ...NASTY_TEXTS, ...ILL_FORMED });

/** Every form in which a detail is stored with a task. */
function detailsOf(detail: string): readonly string[] {
  const plain = new QueueError('PROVIDER_REFUSED', { detail });
  const doubtful = new QueueError('PROVIDER_REFUSED', { detail, inDoubt: true });
  return [
    plain.detail,
    taskErrorOf(plain, TERMINAL).detail,
    taskErrorOf(doubtful, TERMINAL).detail,
    doubtfulError({ code: 'PROVIDER_REFUSED', detail: plain.detail }).detail,
  ];
}

describe('the detail of an error', () => {
  it.each(ALL)('is one well-formed line within its limit: %s', (_name, text) => {
    for (const detail of detailsOf(text)) {
      expect(detail).not.toMatch(/[\p{Cc}\u2028\u2029\u202A-\u202E]/u);
      expect(detail.isWellFormed()).toBe(true);
      expect(detail.length).toBeLessThanOrEqual(MAX_DETAIL_LENGTH);
    }
  });

  it.each(textsAcross(MAX_DETAIL_LENGTH).filter(([name]) => !name.startsWith('CRLF')))(
    'is cut between characters: %s',
    (_name, text) => {
      const whole = new Set(graphemesOf(text));

      for (const detail of detailsOf(text)) {
        const head = detail.split(ELLIPSIS)[0] ?? '';
        const shown = [...graphemesOf(head)].filter((character) => !whole.has(character)).join('');
        // The detail is surrounded by the words for the cap and the doubt.
        expect(shown).not.toMatch(/[^\p{ASCII}]/u);
      }
    },
  );

  it('keeps 999 characters of a longer one and marks the cut', () => {
    expect(detailsOf('x'.repeat(1_001))[0]).toBe(`${'x'.repeat(999)}…`);
  });

  it('does not quote an error name from a service', () => {
    const thrown = Object.assign(new Error(SECRETS.email), { name: SECRETS.crmToken });

    expect(toQueueError(thrown).detail).toBe('An unlisted error: unnamed');
    expect(JSON.stringify(evidenceOf(thrown))).not.toContain(SECRETS.crmToken);
  });
});
