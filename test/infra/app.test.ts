import { Annotations, Match, Template } from 'aws-cdk-lib/assertions';
import { describe, expect, it } from 'vitest';
import { FUNCTION_NAMES } from '../../lib/shared/functions.ts';
import { Stage } from '../../lib/config/queue-config.ts';
import { stackIdOf } from '../../lib/queue-app.ts';
import { queueApp } from './synthesis.ts';

const templateOf = (context: Record<string, unknown> = {}): Record<string, unknown> => {
  const [stack] = queueApp(Stage.Prod, context).stacks;
  if (stack === undefined) throw new TypeError('stacks: expected at least one');
  return Template.fromStack(stack).toJSON();
};

const isProtected = (stage: Stage): boolean | undefined => queueApp(stage).stacks[0]?.terminationProtection;

/** Texts of the warnings of each Region's stack. */
const warningsOf = (regions: string) =>
  queueApp(Stage.Dev, { regions }).stacks.map((stack) =>
    Annotations.fromStack(stack)
      .findWarning('*', Match.anyValue())
      .map(({ entry }) => entry.data),
  );

describe('createQueueApp', () => {
  it('creates one stack per Region, with the same name', () => {
    const { stacks } = queueApp(Stage.Dev, { regions: 'eu-central-1,eu-west-1' });

    expect(stacks.map(({ stackName, region, artifactId }) => ({ stackName, region, artifactId }))).toEqual([
      { stackName: 'quoteq-dev', region: 'eu-central-1', artifactId: stackIdOf('eu-central-1') },
      { stackName: 'quoteq-dev', region: 'eu-west-1', artifactId: stackIdOf('eu-west-1') },
    ]);
  });

  it('warns that a second Region is a separate queue, and has no warnings with one Region', () => {
    expect(warningsOf('eu-central-1')).toEqual([[]]);
    expect(warningsOf('eu-central-1,eu-west-1')).toEqual([
      [],
      [expect.stringContaining('eu-west-1 gets a separate queue')],
    ]);
  });

  it('protects stacks from termination in production only', () => {
    expect([Stage.Local, Stage.Dev, Stage.Prod].map(isProtected)).toEqual([false, false, true]);
  });

  it('contains no account id', () => {
    expect(JSON.stringify(templateOf())).not.toMatch(/\b\d{12}\b/);
  });

  it('gives the same template and the same assets each time', () => {
    expect(templateOf()).toEqual(templateOf());
  });

  it('has the outputs that tools read, and no exports', () => {
    const outputs: Record<string, Record<string, unknown>> = Object(templateOf()['Outputs']);

    expect(Object.keys(outputs).toSorted()).toEqual([
      'ApiId',
      'ApiUrl',
      'AuditTableName',
      'CardDeadLettersUrl',
      'CardQueueUrl',
      'CardsTableName',
      'ClickDeadLettersUrl',
      'ClickQueueUrl',
      'ControlsTableName',
      'CrmSecretArn',
      'DocumentsBucketName',
      'EventBusName',
      'FunctionNames',
      'LedgerTableName',
      'MissedSweepsUrl',
      'OperatorsParameterName',
      'ParkedQueueUrl',
      'SlackSecretArn',
      'StateMachineArn',
      'TasksTableName',
    ]);
    expect(Object.values(outputs).flatMap((output) => Object.keys(output))).not.toContain('Export');
    expect(JSON.parse(String(outputs['FunctionNames']?.['Value']))).toEqual(
      Object.fromEntries(FUNCTION_NAMES.map((name) => [name, `quoteq-prod-${name}`])),
    );
  });

  it.each(Object.values(Stage))('conforms to the schemas of CloudFormation on stage %s', (stage) => {
    const { app } = queueApp(stage, {}, {}, {});

    expect(() => app.synth()).not.toThrow();
  });
});
