import { describe, expect, it } from 'vitest';
import { FUNCTION_NAMES, type FunctionName } from '../../lambdas/contracts/environment.ts';
import { Stage } from '../../lib/config/queue-config.ts';
import { type Grant, grantOf, statementsOf } from './statements.ts';
import { synthesize } from './synthesis.ts';

const prod = synthesize(Stage.Prod);

const grantsOfRole = (roleId: string): readonly Grant[] =>
  prod
    .ofType('AWS::IAM::Policy')
    .filter(([, policy]) => JSON.stringify(policy.Properties['Roles']) === JSON.stringify([{ Ref: roleId }]))
    .flatMap(([, policy]) => statementsOf(policy.Properties['PolicyDocument']))
    .map(grantOf);

const roleIdOf = (role: unknown): string => String(Object(role)['Fn::GetAtt'][0]);
const grantsOf = (name: FunctionName): readonly Grant[] =>
  grantsOfRole(roleIdOf(prod.functionNamed(name).Properties['Role']));

/** What every function may do: write its own log, and send traces. */
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
  'run-action-pdf': [
    ...TRANSIT,
    ...LEDGER,
    ...PAUSES,
    's3:GetObject@Documents',
    's3:ListBucket@Documents',
    's3:PutObject@Documents',
  ],
  'run-action-crm': [...TRANSIT, ...LEDGER, ...PAUSES, 'secretsmanager:GetSecretValue@SecretsCrm'],
  'run-action-slack': [...TRANSIT, ...LEDGER, ...PAUSES, 'secretsmanager:GetSecretValue@SecretsSlack'],
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

/** The logical id without its hash, or which of the machine's ARNs it is. */
const placeOf = (resource: string): string => {
  if (resource.includes(':execution:')) return 'executions';
  if (resource.includes(':stateMachine:')) return 'machine';
  if (resource.includes(':parameter/')) return 'operators';
  return /"Fn::GetAtt":\["([A-Za-z]+?)[0-9A-F]{8}"/.exec(resource)?.[1] ?? resource;
};

const grantedTo = (name: FunctionName): readonly string[] =>
  grantsOf(name).flatMap(({ actions, resources }) =>
    actions
      .filter((action) => !COMMON.includes(action) && !action.startsWith('kms:'))
      .flatMap((action) => resources.map((resource) => `${action}@${placeOf(resource)}`)),
  );

describe('permissions of functions', () => {
  it.each(FUNCTION_NAMES)('grants %s exactly what it calls', (name) => {
    expect(grantedTo(name).toSorted()).toEqual(EXPECTED[name].toSorted());
  });

  it('reads the index of tasks by quote and no other', () => {
    const queries = grantsOf('read-actions').filter(({ actions }) => actions.includes('dynamodb:Query'));
    const indexes = queries
      .flatMap(({ resources }) => resources)
      .filter((resource) => resource.includes('/index/'));

    expect(indexes).toHaveLength(1);
    expect(indexes[0]).toContain('/index/byQuote');
  });

  it.each(FUNCTION_NAMES)('lets %s write to its own log group only', (name) => {
    const places = grantsOf(name)
      .filter(({ actions }) => actions.some((action) => action.startsWith('logs:')))
      .flatMap(({ resources }) => resources.map(placeOf));
    const [logGroup] = prod
      .ofType('AWS::Logs::LogGroup')
      .filter(([, group]) => group.Properties['LogGroupName'] === `/aws/lambda/quoteq-prod-${name}`);

    expect(places).toEqual([placeOf(JSON.stringify({ 'Fn::GetAtt': [logGroup?.[0], 'Arn'] }))]);
  });

  it.each(FUNCTION_NAMES)('lets %s use the key only through a service that it calls', (name) => {
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

  it('uses a star as a resource only where AWS knows no narrower one', () => {
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

describe('roles of services', () => {
  it('lets the scheduler invoke the sweep, say that it could not, and nothing else', () => {
    const [schedule] = prod.ofType('AWS::Scheduler::Schedule');
    const target: unknown = schedule?.[1].Properties['Target'];
    const roleArn =
      typeof target === 'object' && target !== null && 'RoleArn' in target ? target.RoleArn : undefined;
    const [role] = prod.ofType('AWS::IAM::Role').filter(([id]) => id === roleIdOf(roleArn));

    expect(role?.[1].Properties['ManagedPolicyArns']).toBeUndefined();
    const text = JSON.stringify(role?.[1].Properties['Policies']);
    expect(text).toMatch(
      /^\[\{"PolicyDocument":\{"Statement":\[\{"Action":"lambda:InvokeFunction","Effect":"Allow","Resource":\{"Ref":"FunctionssweepFunctionAliaslive\w+"\}\},/,
    );
    expect([...text.matchAll(/"(?:lambda|sqs|kms):(?!ViaService)\w+"/g)].map(([action]) => action)).toEqual(
      ['lambda:InvokeFunction', 'sqs:SendMessage', 'kms:Decrypt', 'kms:GenerateDataKey'].map((a) => `"${a}"`),
    );
  });

  it('lets the state machine invoke the workers and the recorder of lost workers, and nothing else', () => {
    const [machine] = prod.ofType('AWS::StepFunctions::StateMachine');
    const invoked = grantsOfRole(roleIdOf(machine?.[1].Properties['RoleArn']))
      .filter(({ actions }) => actions.includes('lambda:InvokeFunction'))
      .flatMap(({ resources }) => resources.map(placeOf));

    expect(invoked.toSorted()).toEqual([
      'FunctionsrecordlostworkerFunction',
      'FunctionsrunactioncrmFunction',
      'FunctionsrunactionpdfFunction',
      'FunctionsrunactionslackFunction',
    ]);
  });

  it('lets the state machine be run for this machine of this account only', () => {
    const trust = prod
      .ofType('AWS::IAM::Role')
      .map(([, role]) => JSON.stringify(role.Properties['AssumeRolePolicyDocument']))
      .filter((document) => document.includes('states.amazonaws.com'));

    expect(trust).toHaveLength(1);
    expect(trust[0]).toContain('"aws:SourceAccount":{"Ref":"AWS::AccountId"}');
    expect(trust[0]).toContain(':stateMachine:quoteq-prod-quote-action');
  });

  it('lets CloudWatch use the key for the log groups of this stack only', () => {
    const [key] = prod.ofType('AWS::KMS::Key');
    const logs = statementsOf(key?.[1].Properties['KeyPolicy']).filter((statement) =>
      JSON.stringify(statement).includes('logs.eu-central-1.amazonaws.com'),
    );

    expect(logs).toHaveLength(1);
    const condition = JSON.stringify(logs[0]?.Condition);
    expect(condition).toContain(':log-group:/aws/lambda/quoteq-prod-*');
    expect(condition).toContain(':log-group:/aws/vendedlogs/quoteq-prod/*');
  });
});
