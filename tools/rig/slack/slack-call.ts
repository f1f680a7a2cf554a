/** Reads a call of Slack's Web API in a proxy. */
import type { ServerRequest } from '../http/http-server.ts';

/** A JSON object. */
export type Json = Readonly<Record<string, unknown>>;

/** Whether a value is a JSON object. */
export const isObject = (value: unknown): value is Json =>
  typeof value === 'object' && value !== null && !Array.isArray(value);

/** The JSON object in a text; `undefined` if the text is not a JSON object. */
export const parseObject = (text: string): Json | undefined => {
  try {
    const value: unknown = JSON.parse(text);
    return isObject(value) ? value : undefined;
  } catch {
    return undefined;
  }
};

const isJson = ({ headers }: ServerRequest): boolean =>
  headers['content-type']?.includes('application/json') === true;

/** The called method, like `chat.postMessage`. */
export const methodOf = ({ path }: ServerRequest): string => path.slice(path.lastIndexOf('/') + 1);

/** Arguments of a call: the query; arguments in a JSON or form body take precedence. */
export const argumentsOf = (request: ServerRequest): Json => {
  const text = request.body.toString('utf8');
  const body = isJson(request) ? parseObject(text) : Object.fromEntries(new URLSearchParams(text));
  return { ...Object.fromEntries(request.query), ...body };
};

/** The same call without one argument of its body. */
export const withoutArgument = (request: ServerRequest, name: string): ServerRequest => {
  const text = request.body.toString('utf8');
  if (isJson(request)) {
    const { [name]: _left, ...rest } = parseObject(text) ?? {};
    return { ...request, body: Buffer.from(JSON.stringify(rest)) };
  }
  const form = new URLSearchParams(text);
  form.delete(name);
  return { ...request, body: Buffer.from(form.toString()) };
};
