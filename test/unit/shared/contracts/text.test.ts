/** The rules for text, with the list of nasty texts and with random texts. */
import { fc, test } from '@fast-check/vitest';
import { describe, expect, it } from 'vitest';
import {
  codeWord,
  cutLine,
  cutText,
  ELLIPSIS,
  graphemesOf,
  headOf,
  singleLine,
  withPlainBreaks,
} from '../../../../lambdas/shared/contracts/text.ts';
import { ILL_FORMED, LINE_BREAKS, NASTY_TEXTS, textsAcross } from '../../../helpers/nasty-texts.ts';

const ALL = Object.entries({ ...NASTY_TEXTS, ...ILL_FORMED });
const ANY = fc.oneof(
  fc.string({ unit: 'binary' }),
  fc.string({ unit: 'grapheme' }),
  fc.constantFrom(...ALL.map(([, text]) => text)),
);
const LIMIT = fc.integer({ min: 1, max: 40 });

/** Asserts that `head` ends at a grapheme boundary of `text`. */
function expectWhole(head: string, text: string): void {
  const ends = new Set([0]);
  let length = 0;
  for (const grapheme of graphemesOf(text)) ends.add((length += grapheme.length));
  expect(text.startsWith(head)).toBe(true);
  expect(ends).toContain(head.length);
}

describe('cutText', () => {
  it.each([...textsAcross(20), ...textsAcross(21)])('splits no grapheme: %s', (_name, text) => {
    const cut = cutText(text, 20);

    expect(cut.length).toBeLessThanOrEqual(20);
    expectWhole(cut.slice(0, -ELLIPSIS.length), text);
  });

  it('keeps 299 of 301 characters and marks the cut', () => {
    expect(cutText('x'.repeat(301), 300)).toBe(`${'x'.repeat(299)}…`);
  });

  test.prop([ANY, LIMIT])(
    'is well-formed and within its limit, and does not change a text that fits',
    (text, limit) => {
      const cut = cutText(text, limit);

      expect(cut.isWellFormed()).toBe(true);
      expect(cut.length).toBeLessThanOrEqual(limit);
      if (text.isWellFormed() && text.length <= limit) expect(cut).toBe(text);
    },
  );

  test.prop([ANY, LIMIT])('ends at a grapheme boundary and keeps as many graphemes as fit', (text, limit) => {
    const whole = text.toWellFormed();
    const head = headOf(whole, limit);

    expectWhole(head, whole);
    const [next = ''] = graphemesOf(whole.slice(head.length));
    if (head !== whole) expect(head.length + next.length).toBeGreaterThan(limit);
  });
});

describe('singleLine', () => {
  it.each(LINE_BREAKS)('has no line break: %j', (lineBreak) => {
    expect(singleLine(`a${lineBreak}b`)).toBe('a b');
  });

  it.each([
    ['control characters', 'a\u0007\u001B[31m\u009Fb', 'a [31m b'],
    ['an override', 'a\u202Eb\u202Cc', 'a\uFFFDb\uFFFDc'],
    ['isolates that do not end', '\u2067abc', '\uFFFDabc'],
    ['the end of an isolate that began before', 'a\u2069b', 'a\uFFFDb'],
    ['half a character', 'a\uD83E', 'a\uFFFD'],
    ['line breaks at its ends', '\r\na\n', 'a'],
  ])('neutralises %s', (_what, text, line) => {
    expect(singleLine(text)).toBe(line);
  });

  it.each(['Żółta Kaczka – 東京 🦆', 'שלום \u2067עולם\u2069\u200F', '👨\u200D👩\u200D👧', 'a  b'])(
    'does not change %j',
    (text) => {
      expect(singleLine(text)).toBe(text);
    },
  );

  test.prop([ANY, LIMIT])('is one line without control characters, cut or not', (text, limit) => {
    for (const line of [singleLine(text), cutLine(text, limit)]) {
      expect(line).not.toMatch(/[\p{Cc}\u2028\u2029\u202A-\u202E]/u);
      expect(line.isWellFormed()).toBe(true);
      expect(singleLine(line)).toBe(line.trim());
    }
  });
});

describe('withPlainBreaks', () => {
  it.each(LINE_BREAKS)('has one line break for %j', (lineBreak) => {
    expect(withPlainBreaks(`a${lineBreak}b`)).toBe('a\nb');
  });
});

describe('codeWord', () => {
  it.each(['ECONNRESET', 'SlowDown', 'channel_not_found', 'VALIDATION_ERROR', 'Sandbox.Timedout'])(
    'keeps %s',
    (code) => {
      expect(codeWord(code)).toBe(code);
    },
  );

  it.each(['', 'a b', 'xoxb-1-2', 'a@b.example', 'x'.repeat(65), 'a\nb', '<b>'])(
    'does not quote %j',
    (text) => {
      expect(codeWord(text)).toBe('unnamed');
    },
  );
});
