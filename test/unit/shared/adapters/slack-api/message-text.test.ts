/** Text of quotes and people in Slack: it must not act as markup or mislead. */
import { describe, expect, it } from 'vitest';
import {
  actorName,
  clipped,
  escapedParts,
  escapeText,
} from '../../../../../lambdas/shared/adapters/slack-api/message-text.ts';

describe('escapeText', () => {
  it.each([
    ['a mention of everybody', '<!channel>', '&lt;!channel&gt;'],
    ['a link', '<https://a.example|b>', '&lt;https://a.example|b&gt;'],
    ['what is escaped already', '&lt;', '&amp;lt;'],
    ['a direction that turns the text around', '\u202Eabc\u202C', '\uFFFDabc\uFFFD'],
    ['what terminals act on', 'a\u0007\u001B[31m\u009Fb', 'a\uFFFD\uFFFD[31m\uFFFDb'],
    ['half a character', 'a\uD83E', 'a\uFFFD'],
  ])('neutralises %s', (_what, text, shown) => {
    expect(escapeText(text)).toBe(shown);
  });

  it.each(['two\nlines\tand a tab', 'Żółta Kaczka – 東京 🦆', 'שלום \u2067עולם\u2069', '👨\u200D👩\u200D👧'])(
    'does not change %j',
    (text) => {
      expect(escapeText(text)).toBe(text);
    },
  );

  it.each(['\r\n', '\r', '\u2028', '\u0085'])('has one line break for %j', (lineBreak) => {
    expect(escapeText(`a${lineBreak}b`)).toBe('a\nb');
  });

  it('is applied to every cut text', () => {
    expect(clipped('\u202Eabc', 10)).toBe('\uFFFDabc');
    expect(clipped('\u202Eabcdefghij<', 10)).toBe('\uFFFDabcdefgh…');
  });

  it('cuts only between characters', () => {
    expect(clipped('🦆'.repeat(20), 16)).toBe(`${'🦆'.repeat(7)}…`);
  });
});

describe('escapedParts', () => {
  const marks = '\u0301'.repeat(40);
  it.each([
    ['one character with more marks than fit', `e${marks}`],
    ['such a character behind a word', `abc ${marks}`],
    ['words, then such a character', `ab cdefgh${marks} ij`],
    ['short characters, then escaped ones', `${'a '.repeat(6)}${'&'.repeat(9)} ${'<'.repeat(9)}`],
    ['words', 'Przyjęto wycenę Żółtej Kaczki w Łodzi'],
  ])('keeps every part within its length and loses nothing: %s', (_what, text) => {
    const parts = escapedParts(text, 20, 1_000);

    expect(Math.max(...parts.map(({ length }) => length))).toBeLessThanOrEqual(20);
    expect(parts.join('')).toBe(escapeText(text));
    expect(parts.filter((part) => part === '' || !part.isWellFormed())).toEqual([]);
  });

  it('does not split a blank from its combining mark', () => {
    expect(escapedParts(`abcdefgh \u0301ijklmnop`, 12, 1_000)).toEqual(['abcdefgh \u0301ij', 'klmnop']);
  });
});

describe('actorName', () => {
  it.each([
    ['slack:T1/U1 (ada)', 'ada'],
    ['slack:T1/U1 (a (b))', 'a (b)'],
    ['system:sweep', 'system:sweep'],
    ['arn:aws:iam::1:user/<x>', 'arn:aws:iam::1:user/&lt;x&gt;'],
  ])('shows %s as %s', (actor, name) => {
    expect(actorName(actor)).toBe(name);
  });
});
