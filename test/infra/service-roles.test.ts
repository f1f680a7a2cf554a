import { describe, expect, it } from 'vitest';
import { Stage } from '../../lib/config/queue-config.ts';
import { grantsOfRole, placeOf, roleIdOf, type Statement, statementsOf } from './statements.ts';
import { synthesize } from './synthesis.ts';

const prod = synthesize(Stage.Prod);

/** The statements of a document about a service. */
const aboutService = (service: string, document: unknown): readonly Statement[] =>
  statementsOf(document).filter((statement) => JSON.stringify(statement).includes(service));

/** The ARN of a machine of this account with the given end. */
const statesArn = (end: string): unknown => ({
  'Fn::Join': ['', ['arn:aws:states:eu-central-1:', { Ref: 'AWS::AccountId' }, end]],
});

describe('roles of services', () => {
  it('allow the scheduler only to invoke the sweep and to report that it could not', () => {
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

  it('allow the state machine only to invoke the workers and the recorder of lost workers', () => {
    const [machine] = prod.ofType('AWS::StepFunctions::StateMachine');
    const invoked = grantsOfRole(prod, roleIdOf(machine?.[1].Properties['RoleArn']))
      .filter(({ actions }) => actions.includes('lambda:InvokeFunction'))
      .flatMap(({ resources }) => resources.map(placeOf));

    expect(invoked.toSorted()).toEqual([
      'FunctionsrecordlostworkerFunction',
      'FunctionsrunactioncrmFunction',
      'FunctionsrunactionpdfFunction',
      'FunctionsrunactionslackFunction',
    ]);
  });

  it('can be assumed only for this machine of this account, including its versions and aliases', () => {
    const trusts = prod
      .ofType('AWS::IAM::Role')
      .flatMap(([, role]) => statementsOf(role.Properties['AssumeRolePolicyDocument']))
      .filter((statement) => JSON.stringify(statement).includes('states.amazonaws.com'));

    expect(trusts.map(({ Condition }) => Condition)).toEqual([
      {
        StringEquals: { 'aws:SourceAccount': { Ref: 'AWS::AccountId' } },
        ArnLike: {
          'aws:SourceArn': [
            statesArn(':stateMachine:quoteq-prod-quote-action'),
            statesArn(':stateMachine:quoteq-prod-quote-action:*'),
          ],
        },
      },
    ]);
  });

  it('allow EventBridge to use the key as AWS documents it, and to send to the card queues for one rule only', () => {
    const [key] = prod.ofType('AWS::KMS::Key');
    const sends = prod
      .ofType('AWS::SQS::QueuePolicy')
      .flatMap(([, { Properties }]) => aboutService('events.amazonaws.com', Properties['PolicyDocument']));

    expect(aboutService('events.amazonaws.com', key?.[1].Properties['KeyPolicy'])).toEqual([
      {
        Effect: 'Allow',
        Principal: { Service: 'events.amazonaws.com' },
        Action: ['kms:Decrypt', 'kms:GenerateDataKey'],
        Resource: '*',
      },
    ]);
    expect(sends).toHaveLength(2);
    for (const { Action, Condition } of sends) {
      expect(Action).toBe('sqs:SendMessage');
      expect(JSON.stringify(Condition)).toMatch(
        /^\{"ArnEquals":\{"aws:SourceArn":.*:rule\/quoteq-prod-transitions\/quoteq-prod-cards"/,
      );
    }
  });

  it('allow CloudWatch to use the key for the log groups of this stack only', () => {
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
