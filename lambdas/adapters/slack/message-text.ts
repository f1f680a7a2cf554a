/**
 * Text of quotes and people in Slack messages: never a mention, a link, or text that reads otherwise than it is stored. Slack
 * knows no escape for `*`, `_`, `~` and backticks: what stands between them is shown as bold and the like.
 */

/** What has no shape in a message, but line feed and tab; directional overrides would show other words than there are. */
const WITHOUT_SHAPE = /[\p{Cs}\u202A-\u202E]|(?![\n\t])\p{Cc}/gu;

/** Escapes Slack's three control characters, so that no `<!channel>`, `<@U…>` or link can come from data. */
export const escapeText = (text: string): string =>
  text
    .replaceAll(WITHOUT_SHAPE, '\uFFFD')
    .replaceAll('&', '&amp;')
    .replaceAll('<', '&lt;')
    .replaceAll('>', '&gt;');

/** Escaped, and cut to `limit` characters so that no escape sequence is broken: the text is cut before it is escaped. */
export function clipped(text: string, limit: number): string {
  const escaped = escapeText(text);
  if (escaped.length <= limit) return escaped;
  // Each character becomes five at most.
  const kept = text.slice(0, Math.floor((limit - 1) / 5)).toWellFormed();
  return `${escapeText(kept)}…`;
}

/** A point in time in the reader's own zone; UTC where it cannot be shown so. @param atMs ms since the epoch */
export function dateText(atMs: number): string {
  const fallback = new Date(atMs)
    .toISOString()
    .replace('T', ' ')
    .replace(/\.\d+Z$/, ' UTC');
  return `<!date^${Math.floor(atMs / 1_000)}^{date_short_pretty} {time_secs}|${fallback}>`;
}

/** `slack:T0/U0 (ada)` is shown as `ada`; any other actor as it is. Never a mention: an edit must not ring. */
export function actorName(actor: string): string {
  const name = /^slack:[^ ]+ \((.+)\)$/s.exec(actor)?.[1];
  return clipped(name ?? actor, 200);
}
