/** Answers of simulated providers over HTTP. */

/** An answer. */
export interface Reply {
  readonly status: number;
  readonly json: unknown;
  readonly headers?: Readonly<Record<string, string>>;
}

/** A request at a provider. */
export interface HttpRequest {
  readonly method: string;
  readonly url: URL;
  readonly body: string;
}

/** The result of `fetch`: only the part of a Response that the clients read, without use of the event loop. */
export function responseOf({ status, json, headers = {} }: Reply, url: string): Response {
  const text = JSON.stringify(json);
  const response: Pick<Response, 'url' | 'status' | 'ok' | 'statusText' | 'headers' | 'text' | 'json'> = {
    url,
    status,
    ok: status >= 200 && status < 300,
    statusText: String(status),
    headers: new Headers({ 'content-type': 'application/json', ...headers }),
    text: () => Promise.resolve(text),
    json: () => Promise.resolve(JSON.parse(text)),
  };
  // oxlint-disable-next-line typescript/no-unsafe-type-assertion -- the clients read these fields only
  return response as Response;
}
