/** The answers of AWS for `doctor aws`, over HTTP, as AWS documents them, including those that the local AWS does not support. */
import * as z from 'zod/mini';
import {
  json,
  type RunningServer,
  type ServerReply,
  type ServerRequest,
  startServer,
} from '../../../tools/rig/http/http-server.ts';

const ACCOUNT = '123456789012';

/** Answers by operation; an operation is `<service>:<Operation>`, followed by its target if that matters. */
export type Answers = Readonly<Record<string, (request: ServerRequest) => ServerReply>>;

const xml = (status: number, body: string): ServerReply => ({
  status,
  headers: { 'content-type': 'text/xml' },
  body,
});

/** An error of a service with the JSON protocol. */
export const jsonError = (code: string, message: string): ServerReply =>
  json(400, { __type: code, message, Message: message }, { 'x-amzn-errortype': code });

/** An error of a service with the XML protocol. */
export const xmlError = (code: string, message: string, status = 400): ServerReply =>
  xml(
    status,
    `<ErrorResponse><Error><Type>Sender</Type><Code>${code}</Code><Message>${message}</Message></Error></ErrorResponse>`,
  );

/** `GetCallerIdentity` of a known caller. */
export const caller = (): ServerReply =>
  xml(
    200,
    `<GetCallerIdentityResponse xmlns="https://sts.amazonaws.com/doc/2011-06-15/"><GetCallerIdentityResult><Arn>arn:aws:iam::${ACCOUNT}:user/ada</Arn><UserId>AIDAEXAMPLE</UserId><Account>${ACCOUNT}</Account></GetCallerIdentityResult></GetCallerIdentityResponse>`,
  );

/** A stack in `DescribeStacks`. */
export interface StackSaid {
  readonly status: string;
  readonly reason?: string;
  readonly isProtected?: boolean;
  readonly outputs?: Readonly<Record<string, string>>;
}

/** `DescribeStacks` of one stack. */
export const stackThat = ({
  status,
  reason = '',
  isProtected = false,
  outputs = {},
}: StackSaid): ServerReply => {
  const members = Object.entries(outputs).map(
    ([key, value]) => `<member><OutputKey>${key}</OutputKey><OutputValue>${value}</OutputValue></member>`,
  );
  const stack = [
    '<StackName>s</StackName><CreationTime>2026-11-30T12:00:00Z</CreationTime>',
    `<StackStatus>${status}</StackStatus><StackStatusReason>${reason}</StackStatusReason>`,
    `<EnableTerminationProtection>${isProtected}</EnableTerminationProtection><Outputs>${members.join('')}</Outputs>`,
  ].join('');
  return xml(
    200,
    `<DescribeStacksResponse xmlns="http://cloudformation.amazonaws.com/doc/2010-05-15/"><DescribeStacksResult><Stacks><member>${stack}</member></Stacks></DescribeStacksResult></DescribeStacksResponse>`,
  );
};

/** `GetAccountSettings`. */
export const concurrency = (quota: number, unreserved: number): ServerReply =>
  json(200, { AccountLimit: { ConcurrentExecutions: quota, UnreservedConcurrentExecutions: unreserved } });

const notFound = jsonError('ResourceNotFoundException', 'Not found');
const noParameter = jsonError('ParameterNotFound', '');
const buckets = (names: readonly string[]): ServerReply =>
  xml(
    200,
    `<ListAllMyBucketsResult><Buckets>${names.map((name) => `<Bucket><Name>${name}</Name></Bucket>`).join('')}</Buckets></ListAllMyBucketsResult>`,
  );

/** An account that is ready for the first deployment. */
export const READY: Answers = {
  'sts:GetCallerIdentity': caller,
  'lambda:GetAccountSettings': () => concurrency(1_000, 1_000),
  'lambda:GetFunctionConcurrency': () => ({ ...notFound, status: 404 }),
  'ssm:GetParameter': ({ body }) =>
    body.toString().includes('/cdk-bootstrap/') ? json(200, { Parameter: { Value: '21' } }) : noParameter,
  'ssm:GetParameters': () => json(200, { Parameters: [], InvalidParameters: [] }),
  's3:HeadBucket': () => ({ status: 200 }),
  's3:ListBuckets': () => buckets([]),
  'cloudformation:DescribeStacks': () => xmlError('ValidationError', 'Stack with id s does not exist'),
  'logs:DescribeLogGroups': () => json(200, { logGroups: [] }),
  'kms:ListAliases': () => json(200, { Aliases: [], Truncated: false }),
  'states:ListStateMachines': () => json(200, { stateMachines: [] }),
  'secretsmanager:DescribeSecret': () => notFound,
  'secretsmanager:GetSecretValue': () => notFound,
  'sqs:ListQueues': () => json(200, { QueueUrls: [] }),
  'dynamodb:ListTables': () => json(200, { TableNames: [] }),
};

const SERVICES: Readonly<Record<string, string>> = {
  AmazonSSM: 'ssm',
  Logs_20140328: 'logs',
  TrentService: 'kms',
  AWSStepFunctions: 'states',
  secretsmanager: 'secretsmanager',
  DynamoDB_20120810: 'dynamodb',
  AmazonSQS: 'sqs',
};

function ofLambda(target: string): string {
  if (target.includes('account-settings')) return 'lambda:GetAccountSettings';
  return target.includes('/concurrency')
    ? 'lambda:GetFunctionConcurrency'
    : 'lambda:GetFunctionConfiguration';
}

/** The operation of a request. */
export function operationOf({ method, target, headers, body }: ServerRequest): string {
  const [prefix = '', operation = ''] = String(headers['x-amz-target'] ?? '').split('.');
  if (operation !== '') return `${SERVICES[prefix] ?? prefix}:${operation}`;
  const action = new URLSearchParams(body.toString()).get('Action');
  if (action !== null) return `${action === 'GetCallerIdentity' ? 'sts' : 'cloudformation'}:${action}`;
  if (/^\/20\d\d-/.test(target)) return ofLambda(target);
  return method === 'HEAD' ? 's3:HeadBucket' : 's3:ListBuckets';
}

const credentialSchema = z.string().check(z.regex(/Credential=/));

/** The Region that a request is signed for. */
export const regionOf = ({ headers }: ServerRequest): string =>
  credentialSchema.parse(headers.authorization).split('/')[2] ?? '';

/** Starts the stand-in; operations that are not in `answers` are answered by {@link READY}. */
export const startAwsStandin = (answers: () => Answers): Promise<RunningServer> =>
  startServer((request) => {
    const answer = { ...READY, ...answers() }[operationOf(request)];
    return Promise.resolve(answer?.(request) ?? jsonError('UnknownOperation', operationOf(request)));
  });
