/** The answers of scripted `status` faults, in each service's own error form. */
import type { Fault, FaultTarget } from './fault-rules.ts';
import type { ServerReply } from '../http/http-server.ts';

type StatusFault = Extract<Fault, { kind: 'status' }>;

const slackBody = ({ status }: StatusFault): object => ({
  ok: false,
  error: status === 429 ? 'ratelimited' : 'internal_error',
});

const plainBody = ({ status }: StatusFault): object => ({
  status: 'error',
  message: 'Scripted fault',
  ...(status === 429 ? { errorType: 'RATE_LIMIT' } : {}),
});

/** DynamoDB throttles with status 400; clients read the error type. */
const dynamoDbBody = ({ status }: StatusFault): object =>
  status < 500
    ? {
        __type: 'com.amazonaws.dynamodb.v20120810#ProvisionedThroughputExceededException',
        message: 'The level of configured provisioned throughput for the table was exceeded.',
      }
    : { __type: 'com.amazonaws.dynamodb.v20120810#InternalServerError', message: 'Scripted fault' };

/** Services with their own error form. */
const BODY_OF: Readonly<Partial<Record<FaultTarget, (fault: StatusFault) => object>>> = {
  slack: slackBody,
  dynamodb: dynamoDbBody,
};

/** The answer with the rule's body, or else the service's own. */
export const statusReply = (target: FaultTarget, fault: StatusFault): ServerReply => ({
  status: fault.status,
  headers: {
    'content-type': target === 'dynamodb' ? 'application/x-amz-json-1.0' : 'application/json; charset=utf-8',
    ...(fault.retryAfterSeconds === undefined ? {} : { 'retry-after': String(fault.retryAfterSeconds) }),
  },
  body: fault.body ?? JSON.stringify((BODY_OF[target] ?? plainBody)(fault)),
});
