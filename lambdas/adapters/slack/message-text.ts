/** Text from quotes in Slack messages: shown as it is, never as markup or as a mention. */

/** Escapes Slack's three control characters, so that no `<!channel>`, `<@U…>` or link can come from data. */
export const escapeText = (text: string): string =>
  text.replaceAll('&', '&amp;').replaceAll('<', '&lt;').replaceAll('>', '&gt;');
