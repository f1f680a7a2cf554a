/** A provider that gives scripted answers once each, and otherwise forwards requests to the real stand-in. */
import { forward } from '../../tools/rig/http/forward.ts';
import { type RunningServer, type ServerReply, startServer } from '../../tools/rig/http/http-server.ts';

/** Result of the next request. */
export type Script =
  | ServerReply
  /** Never answered; the connection stays open. */
  | 'hang'
  /** The connection breaks before the request is carried out. */
  | 'reset'
  /** The request is carried out, then the connection breaks. */
  | 'lose_reply';

/** A running upstream. */
export interface ScriptedUpstream extends RunningServer {
  /** Adds a script; scripts are used once, in order. */
  next(script: Script): void;
  /** `method path` of every request, in order. */
  readonly seen: string[];
}

/** Starts the upstream in front of `target` (an origin without a slash at the end). */
export async function startScripted(target: string): Promise<ScriptedUpstream> {
  const scripts: Script[] = [];
  const seen: string[] = [];
  const server = await startServer(async (request) => {
    seen.push(`${request.method} ${request.path}`);
    const script = scripts.shift();
    if (script === 'hang') return new Promise<undefined>(() => undefined);
    if (typeof script === 'object') return script;
    const reply = script === 'reset' ? undefined : await forward(request, target + request.target);
    if (script === undefined) return reply;
    request.socket.destroy();
    return undefined;
  });
  return { ...server, seen, next: (script) => scripts.push(script) };
}
