/** Addresses of messages in Slack. */

/**
 * Address of a message; Slack redirects it to the workspace of the reader.
 * @param threadTs root of the thread of a reply; without it Slack shows the channel and not the reply
 */
export function permalinkOf(channel: string, ts: string, threadTs?: string): string {
  const message = `https://slack.com/archives/${encodeURIComponent(channel)}/p${ts.replace('.', '')}`;
  if (threadTs === undefined || threadTs === ts) return message;
  return `${message}?${new URLSearchParams({ thread_ts: threadTs, cid: channel }).toString()}`;
}

/** Root of the thread in a message's address. */
export const threadOfPermalink = (permalink: string): string | undefined =>
  URL.parse(permalink)?.searchParams.get('thread_ts') ?? undefined;
