import { describe, expect, it } from 'vitest';
import { FUNCTION_NAMES, type FunctionName } from '../../lib/shared/functions.ts';
import { byWorker, type Provider } from '../../lambdas/shared/contracts/providers.ts';
import { capitalized } from '../../lib/shared/provider-secrets.construct.ts';
import { Stage } from '../../lib/config/queue-config.ts';
import { type Grant, grantOf, grantsOfRole, placeOf, roleIdOf, statementsOf } from './statements.ts';
import { synthesize } from './synthesis.ts';

const prod = synthesize(Stage.Prod);

const grantsOf = (name: FunctionName): readonly Grant[] =>
  grantsOfRole(prod, roleIdOf(prod.functionNamed(name).Properties['Role']));

/** Permissions of every function: write its own log, and send traces. */
const COMMON = [
  'logs:CreateLogStream',
  'logs:PutLogEvents',
  'xray:PutTelemetryRecords',
  'xray:PutTraceSegments',
];
const TRANSIT = ['dynamodb:GetItem@TablesTasks', 'dynamodb:PutItem@TablesTasks'];
const DRIVE = ['states:DescribeExecution@executions', 'states:StartExecution@machine'];
const LEDGER = ['DeleteItem', 'GetItem', 'PutItem', 'UpdateItem'].map(
  (verb) => `dynamodb:${verb}@TablesLedger`,
);
const CONSUME = ['sqs:DeleteMessage', 'sqs:GetQueueAttributes', 'sqs:ReceiveMessage'];
const PAUSES = ['dynamodb:GetItem@TablesControls'];

const DOCUMENTS = ['GetObject', 'ListBucket', 'PutObject'].map((verb) => `s3:${verb}@Documents`);
/** A provider with a secret needs only that secret; documents are in a bucket of the stack. */
const reaching = (provider: Provider): readonly string[] =>
  provider === 'pdf' ? DOCUMENTS : [`secretsmanager:GetSecretValue@Secrets${capitalized(provider)}`];

const EXPECTED: Readonly<Record<FunctionName, readonly string[]>> = {
  'enqueue-action': [...TRANSIT, ...DRIVE],
  'read-actions': [
    'dynamodb:GetItem@TablesTasks',
    'dynamodb:BatchGetItem@TablesTasks',
    'dynamodb:Query@TablesTasks',
    'dynamodb:Query@TablesAudit',
    'dynamodb:GetItem@TablesCards',
    ...PAUSES,
  ],
  'control-action': [...TRANSIT, ...DRIVE, ...PAUSES, 'dynamodb:PutItem@TablesControls'],
  ...byWorker((provider) => [...TRANSIT, ...LEDGER, ...PAUSES, ...reaching(provider)]),
  'record-lost-worker': TRANSIT,
  sweep: [
    ...TRANSIT,
    ...['Query', 'Scan'].map((verb) => `dynamodb:${verb}@TablesTasks`),
    ...['DeleteItem', 'Scan'].map((verb) => `dynamodb:${verb}@TablesLedger`),
    ...['PutItem', 'Query'].map((verb) => `dynamodb:${verb}@TablesAudit`),
    ...['GetItem', 'PutItem'].map((verb) => `dynamodb:${verb}@TablesControls`),
    'events:PutEvents@TransitionsBus',
    ...DRIVE,
  ],
  'publish-transitions': [
    'dynamodb:PutItem@TablesAudit',
    ...['DescribeStream', 'GetRecords', 'GetShardIterator', 'ListStreams'].map(
      (verb) => `dynamodb:${verb}@TablesTasks`,
    ),
    'sqs:SendMessage@ParkedQueue',
    'events:PutEvents@TransitionsBus',
  ],
  'update-card': [
    'dynamodb:GetItem@TablesTasks',
    ...LEDGER,
    ...['GetItem', 'PutItem', 'UpdateItem'].map((verb) => `dynamodb:${verb}@TablesCards`),
    'secretsmanager:GetSecretValue@SecretsSlack',
    ...CONSUME.map((action) => `${action}@CardsQueue`),
    'sqs:SendMessage@CardsQueue',
  ],
  'slack-interactions': [
    'secretsmanager:GetSecretValue@SecretsSlack',
    'ssm:GetParameter@operators',
    ...LEDGER,
    'dynamodb:GetItem@TablesTasks',
    'dynamodb:Query@TablesAudit',
    'sqs:SendMessage@ClicksQueue',
  ],
  'operate-click': [
    ...TRANSIT,
    ...DRIVE,
    'secretsmanager:GetSecretValue@SecretsSlack',
    ...CONSUME.map((action) => `${action}@ClicksQueue`),
  ],
  'slack-commands': [
    'secretsmanager:GetSecretValue@SecretsSlack',
    'ssm:GetParameter@operators',
    'dynamodb:GetItem@TablesTasks',
    'dynamodb:BatchGetItem@TablesTasks',
    'dynamodb:Query@TablesTasks',
    'dynamodb:Query@TablesTasks',
    'dynamodb:Query@TablesAudit',
    'dynamodb:Query@TablesCards',
    'dynamodb:GetItem@TablesCards',
  ],
};

const grantedTo = (name: FunctionName): readonly string[] =>
  grantsOf(name).flatMap(({ actions, resources }) =>
    actions
      .filter((action) => !COMMON.includes(action) && !action.startsWith('kms:'))
      .flatMap((action) => resources.map((resource) => `${action}@${placeOf(resource)}`)),
  );

describe('permissions of functions', () => {
  it.each(FUNCTION_NAMES)('grants %s exactly its calls', (name) => {
    expect(grantedTo(name).toSorted()).toEqual(EXPECTED[name].toSorted());
  });

  it('allows reads only of the index of tasks by quote', () => {
    const queries = grantsOf('read-actions').filter(({ actions }) => actions.includes('dynamodb:Query'));
    const indexes = queries
      .flatMap(({ resources }) => resources)
      .filter((resource) => resource.includes('/index/'));

    expect(indexes).toHaveLength(1);
    expect(indexes[0]).toContain('/index/byQuote');
  });

  it.each(FUNCTION_NAMES)('allows %s to write only to its own log group', (name) => {
    const places = grantsOf(name)
      .filter(({ actions }) => actions.some((action) => action.startsWith('logs:')))
      .flatMap(({ resources }) => resources.map(placeOf));
    const [logGroup] = prod
      .ofType('AWS::Logs::LogGroup')
      .filter(([, group]) => group.Properties['LogGroupName'] === `/aws/lambda/quoteq-prod-${name}`);

    expect(places).toEqual([placeOf(JSON.stringify({ 'Fn::GetAtt': [logGroup?.[0], 'Arn'] }))]);
  });

  it.each(FUNCTION_NAMES)('allows %s to use the key only through a service that it calls', (name) => {
    const called = new Set(EXPECTED[name].map((grant) => grant.split(':')[0]));

    for (const { actions, condition } of grantsOf(name)) {
      if (!actions.some((action) => action.startsWith('kms:'))) continue;
      const service = /"kms:ViaService":"([a-z0-9]+)\.eu-central-1\.amazonaws\.com"/.exec(condition)?.[1];
      expect(called).toContain(service);
    }
  });
});

describe('wildcards', () => {
  it('names every action in full', () => {
    const statements = prod
      .ofType('AWS::IAM::Policy')
      .flatMap(([, p]) => statementsOf(p.Properties['PolicyDocument']));
    const starred = statements
      .flatMap((statement) => grantOf(statement).actions)
      .filter((action) => action.includes('*'));

    expect(starred).toEqual([]);
  });

  it('uses a star as a resource only where AWS supports no narrower one', () => {
    const statements = prod
      .ofType('AWS::IAM::Policy')
      .flatMap(([, p]) => statementsOf(p.Properties['PolicyDocument']));
    const onEverything = statements.map(grantOf).filter(({ resources }) => resources.includes('*'));
    const services = new Set(
      onEverything.flatMap(({ actions }) => actions.map((action) => action.split(':')[0])),
    );
    const partly = statements
      .map(grantOf)
      .flatMap(({ resources }) => resources.filter((r) => r !== '*' && r.includes('*')));

    expect(services).toEqual(new Set(['logs', 'xray']));
    expect(
      onEverything
        .flatMap(({ actions }) => actions)
        .filter((action) => action.startsWith('logs:'))
        .toSorted(),
    ).toEqual([
      'logs:CreateLogDelivery',
      'logs:DeleteLogDelivery',
      'logs:DescribeLogGroups',
      'logs:DescribeResourcePolicies',
      'logs:GetLogDelivery',
      'logs:ListLogDeliveries',
      'logs:PutResourcePolicy',
      'logs:UpdateLogDelivery',
    ]);
    const pinned = ['recordlostworker', 'runactioncrm', 'runactionpdf', 'runactionslack'];
    expect(partly.map(placeOf).toSorted()).toEqual([
      'Documents',
      ...pinned.map((name) => `Functions${name}Function`),
      'executions',
      'executions',
      'executions',
      'executions',
    ]);
  });
});
