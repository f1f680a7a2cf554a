/**
 * Text of quotes and people in Slack messages: never a mention or a link.
 *
 * Invariants
 * 1. What is escaped here is no markup. Slack also looks for addresses and names in text without markup, unless it is told not
 *    to: blocks do (message-blocks.ts), and so do messages (post-message.ts).
 * 2. No lone surrogate, directional embedding or override comes out of here, and no control character but line feed and tab.
 *    Overrides would let a text show other digits and words than it holds, so they are shown as a box. Directional marks and
 *    isolates, which right-to-left typing needs, stay and act, as on paper (../pdf/printable-text.ts).
 *
 * Slack knows no escape for `*`, `_`, `~` and backticks: what stands between them is shown as bold and the like.
 */

/** Lone surrogates, embeddings, overrides and their end, and control characters but line feed and tab. */
const WITHOUT_SHAPE = /[\p{Cs}\u202A-\u202E]|(?![\n\t])\p{Cc}/gu;

/**
 * Slack's three control characters escaped, so that no `<!channel>`, `<@U…>` or link can come from data; and U+FFFD for what
 * has no shape or turns the text around.
 */
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
  // Each character becomes five at most. Half of one that the cut parts becomes U+FFFD, as any half does.
  const kept = text.slice(0, Math.floor((limit - 1) / 5));
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
