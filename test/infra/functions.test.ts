import { Match } from 'aws-cdk-lib/assertions';
import { describe, expect, it } from 'vitest';
import { FUNCTION_ENV, FUNCTION_NAMES, type FunctionName } from '../../lib/shared/functions.ts';
import { POLICY } from '../../lambdas/queue/domain/task/policy.ts';
import { Stage } from '../../lib/config/queue-config.ts';
import { readQuoteAction, tasksOf } from '../../statemachines/asl.ts';
import { synthesize } from './synthesis.ts';

const FUNCTION = 'AWS::Lambda::Function';
const local = synthesize(Stage.Local);
const prod = synthesize(Stage.Prod);

const variablesOf = (synthesis: typeof prod, name: FunctionName): Record<string, unknown> => {
  const environment = Object(synthesis.functionNamed(name).Properties['Environment']);
  return Object(environment['Variables']);
};

const timeoutSecondsOf = (name: FunctionName): number =>
  Number(prod.functionNamed(name).Properties['Timeout']);

describe('functions', () => {
  it('deploys exactly the functions of the contract', () => {
    const deployed = prod.ofType(FUNCTION).map(([, { Properties }]) => Properties['FunctionName']);

    expect(deployed).toEqual(FUNCTION_NAMES.map((name) => `quoteq-prod-${name}`));
  });

  it.each(FUNCTION_NAMES)('gives %s exactly the variables it reads', (name) => {
    expect(Object.keys(variablesOf(prod, name)).toSorted()).toEqual([...FUNCTION_ENV[name]].toSorted());
  });

  it.each(FUNCTION_NAMES)('points %s to the local AWS on the local stage only', (name) => {
    const { AWS_ENDPOINT_URL: endpoint, ...variables } = variablesOf(local, name);

    expect(endpoint).toBe('http://127.0.0.1:4566');
    expect(Object.keys(variables).toSorted()).toEqual([...FUNCTION_ENV[name]].toSorted());
  });

  it('runs all of them on Node 24 with traces and a role of their own', () => {
    expect(
      prod.allHaving(FUNCTION, {
        Runtime: 'nodejs24.x',
        Handler: 'index.handler',
        TracingConfig: { Mode: 'Active' },
        LoggingConfig: { LogGroup: Match.anyValue() },
      }),
    ).not.toThrow();
    const roles = prod.ofType(FUNCTION).map(([, { Properties }]) => JSON.stringify(Properties['Role']));
    expect(new Set(roles).size).toBe(FUNCTION_NAMES.length);
  });

  it('runs native code on the processor that its bundle has it for, and all else on the cheaper one', () => {
    const processors = prod
      .ofType(FUNCTION)
      .map(([, { Properties }]) => [Properties['FunctionName'], Properties['Architectures']] as const);

    for (const [name, processor] of processors)
      expect(processor).toEqual([String(name).endsWith('run-action-pdf') ? 'x86_64' : 'arm64']);
    expect(processors).toHaveLength(FUNCTION_NAMES.length);
  });

  it('reserves concurrency for workers, and for what is not repeated, in production only', () => {
    const reserved = prod
      .ofType(FUNCTION)
      .map(([, { Properties }]) => [Properties['FunctionName'], Properties['ReservedConcurrentExecutions']])
      .filter(([, count]) => count !== undefined);

    expect(Object.fromEntries(reserved)).toEqual({
      'quoteq-prod-run-action-pdf': 20,
      'quoteq-prod-run-action-crm': 5,
      'quoteq-prod-run-action-slack': 2,
      'quoteq-prod-slack-interactions': 10,
      'quoteq-prod-slack-commands': 5,
      'quoteq-prod-sweep': 2,
    });
    expect(Object.values(Object.fromEntries(reserved)).reduce((sum: number, n) => sum + Number(n), 0)).toBe(
      44,
    );
    expect(JSON.stringify(local.ofType(FUNCTION))).not.toContain('ReservedConcurrentExecutions');
  });

  it('stops a function before its task, and a task before its lease', async () => {
    const tasks = tasksOf(await readQuoteAction());
    const taskTimeout = (state: string): number => {
      const found = tasks.find(([name]) => name === state);
      return found?.[1].TimeoutSeconds ?? Number.NaN;
    };

    for (const name of ['run-action-pdf', 'run-action-crm', 'run-action-slack'] as const) {
      expect(timeoutSecondsOf(name)).toBeLessThan(taskTimeout('Running'));
    }
    expect(timeoutSecondsOf('record-lost-worker')).toBeLessThan(taskTimeout('WorkerLost'));
    expect(taskTimeout('Running') * 1_000).toBeLessThan(POLICY.leaseMs);
  });

  it('answers people before API Gateway gives up after 30 s', () => {
    const names = ['enqueue-action', 'read-actions', 'control-action'] as const;

    expect(names.map(timeoutSecondsOf)).toEqual([10, 10, 10]);
  });
});

describe('publish-transitions', () => {
  it('is fed by the stream of Tasks in bounded, splitting, retried batches and parks the rest', () => {
    expect(
      prod.having('AWS::Lambda::EventSourceMapping', {
        EventSourceArn: { 'Fn::GetAtt': [Match.stringLikeRegexp('^TablesTasks'), 'StreamArn'] },
        StartingPosition: 'TRIM_HORIZON',
        BatchSize: 100,
        BisectBatchOnFunctionError: true,
        MaximumRetryAttempts: -1,
        MaximumRecordAgeInSeconds: 6 * 60 * 60,
        FunctionResponseTypes: ['ReportBatchItemFailures'],
        DestinationConfig: {
          OnFailure: { Destination: { 'Fn::GetAtt': [Match.stringLikeRegexp('^ParkedQueue'), 'Arn'] } },
        },
        FilterCriteria: { Filters: [{ Pattern: '{"eventName":["INSERT","MODIFY"]}' }] },
      }),
    ).not.toThrow();
  });
});

describe('sweep', () => {
  it('is started every minute by a role that may do nothing else, and is over before the next', () => {
    expect(
      prod.having('AWS::Scheduler::Schedule', {
        ScheduleExpression: 'rate(1 minute)',
        Target: {
          Arn: { Ref: Match.stringLikeRegexp('^FunctionssweepFunctionAliaslive') },
          DeadLetterConfig: { Arn: { 'Fn::GetAtt': [Match.stringLikeRegexp('^SweepMissed'), 'Arn'] } },
          RetryPolicy: { MaximumEventAgeInSeconds: 60, MaximumRetryAttempts: 0 },
        },
      }),
    ).not.toThrow();
    expect(timeoutSecondsOf('sweep')).toBeLessThan(60);
  });

  it('is not repeated by Lambda when it fails: the next one comes within the minute', () => {
    expect(
      prod.having('AWS::Lambda::EventInvokeConfig', {
        FunctionName: { Ref: Match.stringLikeRegexp('^Functionssweep') },
        MaximumRetryAttempts: 0,
        MaximumEventAgeInSeconds: 60,
      }),
    ).not.toThrow();
  });
});
