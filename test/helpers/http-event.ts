/** Events of API Gateway's HTTP API (payload format 2.0). */
import type { APIGatewayProxyEventV2, APIGatewayProxyStructuredResultV2 } from 'aws-lambda';

/** A request in short form. */
export interface HttpRequest {
  readonly method: string;
  /** Path with its query: `/quotes/Q-1/actions?limit=5`. */
  readonly path: string;
  readonly headers?: Readonly<Record<string, string>>;
  /** Bytes are sent as base64, like API Gateway sends bodies that are not text. */
  readonly body?: string | Uint8Array;
  /** ARN of the caller that IAM has authenticated. */
  readonly userArn?: string;
}

const ACCOUNT_ID = '123456789012';

const iamAuthorizer = (userArn: string) => ({
  iam: { accessKey: 'AKIDEXAMPLE', accountId: ACCOUNT_ID, callerId: 'caller', userArn, userId: 'caller' },
});

const bodyOf = (
  body: string | Uint8Array | undefined,
): Pick<APIGatewayProxyEventV2, 'body' | 'isBase64Encoded'> => {
  if (body === undefined) return { isBase64Encoded: false };
  return typeof body === 'string'
    ? { body, isBase64Encoded: false }
    : { body: Buffer.from(body).toString('base64'), isBase64Encoded: true };
};

/** The event of a request. */
export function httpEvent(request: HttpRequest): APIGatewayProxyEventV2 {
  const { method, path, headers = {}, body, userArn } = request;
  const [rawPath = '', rawQueryString = ''] = path.split(/\?(.*)/s);
  return {
    version: '2.0',
    routeKey: '$default',
    rawPath,
    rawQueryString,
    headers: { host: 'api.example.com', ...headers },
    requestContext: {
      accountId: ACCOUNT_ID,
      apiId: 'api',
      domainName: 'api.example.com',
      domainPrefix: 'api',
      http: { method, path: rawPath, protocol: 'HTTP/1.1', sourceIp: '192.0.2.1', userAgent: 'test' },
      requestId: 'request-1',
      routeKey: '$default',
      stage: '$default',
      time: '28/Mar/2026:12:00:00 +0000',
      timeEpoch: 1_774_699_200_000,
      ...(userArn === undefined ? {} : { authorizer: iamAuthorizer(userArn) }),
    },
    ...bodyOf(body),
  };
}

/** An answer with its body parsed. */
export interface HttpAnswer {
  readonly status: number;
  readonly headers: Readonly<Record<string, string>>;
  readonly body: unknown;
}

/** @throws {TypeError} if API Gateway could not return the result as JSON */
export function httpAnswer(result: APIGatewayProxyStructuredResultV2): HttpAnswer {
  const { statusCode, headers = {}, body, isBase64Encoded } = result;
  if (statusCode === undefined || body === undefined || isBase64Encoded === true) {
    throw new TypeError('result: expected a status and a text body');
  }
  const texts = Object.entries(headers).map(([name, value]) => [name.toLowerCase(), String(value)]);
  return { status: statusCode, headers: Object.fromEntries(texts), body: JSON.parse(body) };
}
