/** A message's body as JSON; `undefined` when it is none. The parser's error would quote it, and it may hold prices and names. */
export function parsedBody(body: string): unknown {
  try {
    return JSON.parse(body);
  } catch {
    return undefined;
  }
}
