/** Text of quotes and people in Slack: what must not act or mislead there. */
import { describe, expect, it } from 'vitest';
import { actorName, clipped, escapeText } from '../../../../lambdas/adapters/slack/message-text.ts';

describe('escapeText', () => {
  it.each([
    ['a mention of everybody', '<!channel>', '&lt;!channel&gt;'],
    ['a link', '<https://a.example|b>', '&lt;https://a.example|b&gt;'],
    ['what is escaped already', '&lt;', '&amp;lt;'],
    ['a direction that turns the text around', '\u202Eabc\u202C', '\uFFFDabc\uFFFD'],
    ['what terminals act on', 'a\u0007\u001B[31m\u009Fb', 'a\uFFFD\uFFFD[31m\uFFFDb'],
    ['half a character', 'a\uD83E', 'a\uFFFD'],
  ])('takes its effect from %s', (_what, text, shown) => {
    expect(escapeText(text)).toBe(shown);
  });

  it.each(['two\nlines\tand a tab', 'Żółta Kaczka – 東京 🦆', 'שלום \u2067עולם\u2069', '👨\u200D👩\u200D👧'])(
    'leaves %j as it is',
    (text) => {
      expect(escapeText(text)).toBe(text);
    },
  );

  it.each(['\r\n', '\r', '\u2028', '\u0085'])('has one line break for %j', (lineBreak) => {
    expect(escapeText(`a${lineBreak}b`)).toBe('a\nb');
  });

  it('is part of every cut', () => {
    expect(clipped('\u202Eabc', 10)).toBe('\uFFFDabc');
    expect(clipped('\u202Eabcdefghij<', 10)).toBe('\uFFFDabcdefgh…');
  });

  it('keeps whole characters where it cuts', () => {
    expect(clipped('🦆'.repeat(20), 16)).toBe(`${'🦆'.repeat(7)}…`);
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
