/** HubSpot's error answers, with HubSpot's exact words where a client may read them. */
import { createHash } from 'node:crypto';
import { json } from '../http/http-server.ts';
import type { ServerReply } from '../http/http-server.ts';

/** An id in the form of a UUID. It is derived from the text, so that it is the same in each simulation. */
const idOf = (text: string): string =>
  createHash('sha256')
    .update(text)
    .digest('hex')
    .replace(/^(.{8})(.{4})(.{4})(.{4})(.{12}).*$/, '$1-$2-$3-$4-$5');

const errorReply = (status: number, category: string, message: string): ServerReply =>
  json(status, { status: 'error', message, correlationId: idOf(message), category });

/** 400: the input is invalid; nothing was written. */
export const validationError = (message: string): ServerReply => errorReply(400, 'VALIDATION_ERROR', message);

/** 400: a value for a property that the portal does not have. */
export const unknownProperty = (name: string): ServerReply => {
  const message = `Property "${name}" does not exist`;
  const problems = [{ isValid: false, message, error: 'PROPERTY_DOESNT_EXIST', name }];
  return validationError(`Property values were not valid: ${JSON.stringify(problems)}`);
};

/** 400: a new object lacks a property that its type requires. */
export const missingProperty = (name: string): ServerReply => {
  const problems = [{ isValid: false, message: `${name} is required`, error: 'REQUIRED_FIELD', name }];
  return validationError(`Property values were not valid: ${JSON.stringify(problems)}`);
};

/** 401: the bearer token is absent or wrong. */
export const unauthorised = (): ServerReply =>
  errorReply(
    401,
    'INVALID_AUTHENTICATION',
    'Authentication credentials not found. This API supports OAuth 2.0 authentication and you can find more details ' +
      'at https://developers.hubspot.com/docs/methods/auth/oauth-overview',
  );

/** 404. */
export const notFound = (message: string): ServerReply => errorReply(404, 'OBJECT_NOT_FOUND', message);

/** 409: the name is already used. */
export const alreadyExists = (message: string): ServerReply =>
  errorReply(409, 'OBJECT_ALREADY_EXISTS', message);

/** 429: the limit per second is exceeded; try again after `retryAfterSeconds`. */
export const rateLimited = (retryAfterSeconds: number): ServerReply =>
  json(
    429,
    {
      status: 'error',
      message: 'You have reached your secondly limit.',
      errorType: 'RATE_LIMIT',
      correlationId: idOf('RATE_LIMIT'),
      policyName: 'SECONDLY',
      requestId: idOf('SECONDLY'),
    },
    { 'retry-after': String(retryAfterSeconds) },
  );
