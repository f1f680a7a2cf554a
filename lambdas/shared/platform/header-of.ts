/** Headers of an event of the HTTP API. */
import type { APIGatewayProxyEventV2 } from 'aws-lambda';

/** A header by its name in lower case; names are compared without case. */
export function headerOf({ headers }: APIGatewayProxyEventV2, name: string): string | undefined {
  const found = Object.entries(headers).find(([candidate]) => candidate.toLowerCase() === name);
  return found?.[1];
}
