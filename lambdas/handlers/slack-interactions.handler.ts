/** `slack-interactions`: refuses every request until signatures can be verified. */
import type { APIGatewayProxyStructuredResultV2 } from 'aws-lambda';

/** See the file head. */
export const handler = (): Promise<APIGatewayProxyStructuredResultV2> => Promise.resolve({ statusCode: 401 });
