/**
 * Shared by the two Slack routes: verify, do the work, answer. Slack waits three seconds. A refusal has no body. The log has
 * only a request's id and our own words for what happened: never the body, a header or a token.
 */
import type { Logger } from '@aws-lambda-powertools/logger';
import type { APIGatewayProxyEventV2, APIGatewayProxyStructuredResultV2, Context } from 'aws-lambda';
import { evidenceOf, isErrorOf } from '../../shared/domain/errors.ts';
import { RefusalReason, SlackRefusal } from './slack-refusal.ts';
import type { VerifiedForm } from './verified-form.ts';

/** Handles a verified form; returns the JSON to answer with, or `undefined` for an acknowledgement without a body. */
export type SlackWork = (request: VerifiedForm, context: Context) => Promise<object | undefined>;

/** Handles the events of a Slack route. */
export type SlackEndpoint = (
  event: APIGatewayProxyEventV2,
  context: Context,
) => Promise<APIGatewayProxyStructuredResultV2>;

const NO_STORE = { 'cache-control': 'no-store' } as const;

const accepted = (body: object | undefined): APIGatewayProxyStructuredResultV2 =>
  body === undefined
    ? { statusCode: 200, headers: NO_STORE, body: '' }
    : {
        statusCode: 200,
        headers: { ...NO_STORE, 'content-type': 'application/json; charset=utf-8' },
        body: JSON.stringify(body),
      };

const refused = (statusCode: number): APIGatewayProxyStructuredResultV2 => ({
  statusCode,
  headers: NO_STORE,
  body: '',
});

function refusalOf(thrown: unknown): SlackRefusal | undefined {
  if (thrown instanceof SlackRefusal) return thrown;
  return isErrorOf(thrown, 'invalid_request') ? new SlackRefusal(400, RefusalReason.Malformed) : undefined;
}

/**
 * The handler of a Slack route. It never throws: Slack shows a 503 as a failure, and the person tries again.
 * @param isCheck whether to acknowledge without a signature, because nothing is done for the request; @default never
 */
export function createSlackEndpoint(
  logger: Logger,
  read: (event: APIGatewayProxyEventV2) => Promise<VerifiedForm>,
  work: SlackWork,
  isCheck: (event: APIGatewayProxyEventV2) => boolean = () => false,
): SlackEndpoint {
  return async (event, context) => {
    const { requestId } = event.requestContext;
    try {
      if (isCheck(event)) return accepted(undefined);
      return accepted(await work(await read(event), context));
    } catch (thrown) {
      const refusal = refusalOf(thrown);
      if (refusal === undefined) {
        logger.error('slack request failed', { requestId, ...evidenceOf(thrown) });
        return refused(503);
      }
      logger.info('slack request refused', { requestId, status: refusal.status, reason: refusal.reason });
      return refused(refusal.status);
    }
  };
}
