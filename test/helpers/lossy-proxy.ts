/** A proxy in front of a test's DynamoDB that carries a request out and then loses the answer. */
import { forward } from '../../tools/rig/http/forward.ts';
import { type RunningServer, startServer } from '../../tools/rig/http/http-server.ts';

/** A running proxy. */
export interface LossyProxy extends RunningServer {
  /**
   * Loses the answer of the next request; `meanwhile` runs after its execution and before the SDK's retry. The retry then sees the result
   * of the first request.
   */
  loseNextReply(meanwhile?: () => Promise<void>): void;
}

/** Starts the proxy; it forwards answers until {@link LossyProxy.loseNextReply}. */
export async function startLossyProxy(endpoint: string): Promise<LossyProxy> {
  let losing: (() => Promise<void>) | undefined;
  const server = await startServer(async (request) => {
    const meanwhile = losing;
    losing = undefined;
    // An AWS signature covers the address that the client knows.
    const reply = await forward(request, endpoint + request.target, { host: request.headers.host ?? '' });
    if (meanwhile === undefined) return reply;
    await meanwhile();
    request.socket.destroy();
    return undefined;
  });
  const loseNextReply = (meanwhile: () => Promise<void> = () => Promise.resolve()): void => {
    losing = meanwhile;
  };
  return { ...server, loseNextReply };
}
