/** Texts that break sinks: one list for storage, Slack, CRM, paper, terminal, API and logs. */

const FAMILY = '👨\u200D👩\u200D👧\u200D👦';
const FLAG = '🇵🇱';
/** A letter with three combining marks, for which Unicode has no single character. */
const MARKED = 'q\u0323\u0307\u0302';

/** Values that must never be shown, also if a provider quotes them. */
export const SECRETS = {
  botToken: 'xoxb-1111111111-2222222222-AbCdEfGhIjKlMnOp',
  crmToken: 'pat-eu1-0a1b2c3d-4e5f-6789-abcd-ef0123456789',
  email: 'zofia.kowalska@example.com',
  customer: 'Łucja Secretowicz',
} as const;

/** A line that looks like a text of the queue. */
export const FORGED = '✅ Completed';

/** Every way to end a line. */
export const LINE_BREAKS = ['\r\n', '\r', '\n', '\v', '\f', '\u0085', '\u2028', '\u2029'] as const;

/** Texts by their problem. All except those of {@link ILL_FORMED} are well-formed. */
export const NASTY_TEXTS: Readonly<Record<string, string>> = {
  'a forged line': `Ducks\n${FORGED}`,
  'forged lines by every line break': LINE_BREAKS.map((end) => `x${end}${FORGED}`).join(''),
  'only line breaks': LINE_BREAKS.join(''),
  'a colour': '\u001B[31mred\u001B[0m',
  'a cleared screen': '\u001B[2J\u001B[H gone',
  'a link of terminals (OSC 8)': '\u001B]8;;https://evil.example\u0007click\u001B]8;;\u001B\\',
  'a title of terminals': '\u001B]0;owned\u0007',
  'C1 controls': '\u009B31mred\u009D0;owned\u009C\u0090q\u0085',
  'BEL, NUL, DEL, BS, TAB': 'a\u0007b\u0000c\u007Fd\u0008e\tf',
  'directional overrides': 'invoice\u202Efdp.exe\u202C \u202Aa\u202B\u202D',
  'open isolates': '\u2066\u2067\u2068abc',
  'a stray end of an isolate': 'abc\u2069 def',
  'marks and closed isolates': 'שלום \u2067עולם\u2069\u200F!\u200E',
  'zero width': 'pay\u200Bpal\u200C\u200D\u2060\uFEFF',
  'mentions and links': '<!channel> <!here> <@U1> <#C1> <https://evil.example|safe> <mailto:a@b.example|x>',
  'what is escaped already': '&amp; &lt; &gt; &#60;',
  markup: '*bold* _italic_ ~gone~ `code` ```block``` > quote',
  emoji: FAMILY.repeat(100),
  flags: FLAG.repeat(400),
  'combining marks': MARKED.repeat(400),
  'one letter with a thousand marks': `a${'\u0301'.repeat(1_000)}`,
  'a very long word': 'x'.repeat(10_000),
  'a long text to escape': '&'.repeat(10_000),
  'a long right-to-left text': 'שלום '.repeat(400),
  tokens: `${SECRETS.botToken} Bearer ${SECRETS.crmToken}`,
  'an address and a name': `${SECRETS.email} ${SECRETS.customer}`,
  empty: '',
  blank: '   ',
  prototype: '__proto__',
};

/** Texts that have no UTF-8 form; the API refuses them, a provider or a stored item may still hold them. */
export const ILL_FORMED: Readonly<Record<string, string>> = {
  'a lone high surrogate': 'a\uD83E',
  'a lone low surrogate': '\uDD86a',
  'surrogates the wrong way around': 'a\uDD86\uD83Eb',
};

const UNIT_BY_NAME = { FAMILY, FLAG, MARKED, CRLF: '\r\n', DUCK: '🦆' } as const;

/**
 * Texts for which a cut at `limit` UTF-16 code units falls at every position within a grapheme.
 * @param limit longest text that is not cut
 */
export const textsAcross = (limit: number): readonly (readonly [name: string, text: string])[] =>
  Object.entries(UNIT_BY_NAME).flatMap(([name, unit]) =>
    Array.from(
      { length: unit.length + 1 },
      (_, before) => [`${name} ${before} before ${limit}`, `${'x'.repeat(limit - before)}${unit}yy`] as const,
    ),
  );
