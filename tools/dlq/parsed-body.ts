/**
 * The JSON value of a message's body; `undefined` if the body is not JSON. The parser's error is dropped because it quotes the
 * body, which may hold prices and names.
 */
export function parsedBody(body: string): unknown {
  try {
    return JSON.parse(body);
  } catch {
    return undefined;
  }
}
