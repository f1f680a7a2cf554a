/** The sequence of releases on AWS, as defined by the templates. */
import { Match } from 'aws-cdk-lib/assertions';
import { describe, expect, it } from 'vitest';
import { FUNCTION_NAMES, type FunctionName } from '../../../lib/shared/functions.ts';
import { Stage } from '../../../lib/config/queue-config.ts';
import { PINNED_FUNCTIONS } from '../../../lib/queue/pinned-workers.construct.ts';
import { synthesize, type Resource, type Synthesis } from '../synthesis.ts';

const ALIAS = 'AWS::Lambda::Alias';
const VERSION = 'AWS::Lambda::Version';
const MACHINE = 'AWS::StepFunctions::StateMachine';
const GROUP = 'AWS::CodeDeploy::DeploymentGroup';

const prod = synthesize(Stage.Prod);
const dev = synthesize(Stage.Dev);
const local = synthesize(Stage.Local);
/** The same code with another setting of one worker, as a later release. */
const later = synthesize(Stage.Prod, { crmBaseUrl: 'https://api-eu.hubapi.com' });

type Entry = readonly [logicalId: string, resource: Resource];

const aliasesOf = (synthesis: Synthesis, kind: 'live' | 'pinned'): readonly Entry[] =>
  synthesis
    .ofType(ALIAS)
    .filter(([, { Properties }]) => (Properties['Name'] === 'live') === (kind === 'live'));
const idsOf = (entries: readonly Entry[]): readonly string[] =>
  entries.map(([logicalId]) => logicalId).toSorted();
const refOf = (value: unknown): string => String(Object(value)['Ref']);

const functionBehind = (synthesis: Synthesis, [, { Properties }]: Entry): string => {
  const found = synthesis
    .ofType('AWS::Lambda::Function')
    .find(([id]) => id === refOf(Properties['FunctionName']));
  return String(found?.[1].Properties['FunctionName']).replace(/^quoteq-[a-z]+-/, '');
};
const versionIdOf = ([, { Properties }]: Entry): string =>
  String(Object(Properties['FunctionVersion'])['Fn::GetAtt']?.[0]);
const versionIdsOf = (synthesis: Synthesis): ReadonlyMap<string, string> =>
  new Map(synthesis.ofType(ALIAS).map((alias) => [functionBehind(synthesis, alias), versionIdOf(alias)]));

/** Logical ids of the versions in an expression. */
const versionsIn = (expression: unknown): readonly string[] =>
  Array.from(JSON.stringify(expression).matchAll(/"Fn::GetAtt":\["(\w+)","Version"\]/g), ([, id]) =>
    String(id),
  );

/** Functions that have another version in `to` than in `from`. */
const changed = (from: Synthesis, to: Synthesis): readonly string[] => {
  const before = versionIdsOf(from);
  return [...versionIdsOf(to)].filter(([name, id]) => before.get(name) !== id).map(([name]) => name);
};

const definitionSubstitutions = (synthesis: Synthesis): Record<string, unknown> =>
  Object(synthesis.ofType(MACHINE)[0]?.[1].Properties['DefinitionSubstitutions']);

describe.each([
  [Stage.Prod, prod],
  [Stage.Dev, dev],
] as const)('a release on stage %s', (_stage, synthesis) => {
  it('has a version of every function that outlives the release', () => {
    const versions = synthesis.ofType(VERSION).map(([, version]) => version);

    expect(versions).toHaveLength(FUNCTION_NAMES.length);
    expect(new Set(versions.map(({ DeletionPolicy }) => DeletionPolicy))).toEqual(new Set(['Retain']));
  });

  it('has one live alias for each function that executions do not call', () => {
    const pinned: readonly string[] = PINNED_FUNCTIONS;
    const live = aliasesOf(synthesis, 'live').map((alias) => functionBehind(synthesis, alias));

    expect(live.toSorted()).toEqual(FUNCTION_NAMES.filter((name) => !pinned.includes(name)).toSorted());
  });

  it('pins all functions that executions call under one name, and retains it', () => {
    const aliases = aliasesOf(synthesis, 'pinned');

    expect(aliases.map((alias) => functionBehind(synthesis, alias)).toSorted()).toEqual(
      PINNED_FUNCTIONS.toSorted(),
    );
    expect(new Set(aliases.map(([, { Properties }]) => JSON.stringify(Properties['Name']))).size).toBe(1);
    expect(new Set(aliases.map(([, { DeletionPolicy }]) => DeletionPolicy))).toEqual(new Set(['Retain']));
  });

  it('names the pinned aliases by the unique numbers of their versions', () => {
    const [alias] = aliasesOf(synthesis, 'pinned');
    const name = alias?.[1].Properties['Name'];

    expect(JSON.stringify(name)).toContain('"r-"');
    expect(versionsIn(name).toSorted()).toEqual(aliasesOf(synthesis, 'pinned').map(versionIdOf).toSorted());
  });

  it('allows the definition to call only the pinned aliases', () => {
    const { RunActionFunctionArnSuffix: suffix, RecordLostWorkerFunctionArn: recorder } =
      definitionSubstitutions(synthesis);
    const named = aliasesOf(synthesis, 'pinned').map(([, { Properties }]) => versionsIn(Properties['Name']));

    expect(named.map(String)).toEqual(named.map(() => String(versionsIn(suffix))));
    expect(versionsIn(recorder)).toEqual(versionsIn(suffix));
    expect(JSON.stringify(suffix)).toContain('":r-"');
  });

  it('starts executions only by the live alias of the machine', () => {
    const environment = Object(synthesis.functionNamed('enqueue-action').Properties['Environment']);
    const starts = synthesis
      .ofType('AWS::IAM::Policy')
      .flatMap(([, { Properties }]): unknown[] => Object(Properties['PolicyDocument'])['Statement'])
      .filter((statement) => JSON.stringify(statement).includes('states:StartExecution'));

    expect(JSON.stringify(environment['Variables']['STATE_MACHINE_ARN'])).toMatch(/-quote-action:live"/);
    expect(starts).toHaveLength(4);
    for (const statement of starts) {
      expect(statement).toMatchObject({
        Condition: { 'ForAnyValue:StringEquals': { 'states:StateMachineQualifier': 'live' } },
      });
      expect(JSON.stringify(Object(statement)['Resource'])).toMatch(
        /:stateMachine:quoteq-[a-z]+-quote-action"/,
      );
    }
  });

  it('publishes the definition as a retained version, after the aliases that it names', () => {
    const [version] = synthesis.ofType('AWS::StepFunctions::StateMachineVersion');
    const [machine] = synthesis.ofType(MACHINE);

    expect(version?.[1].DeletionPolicy).toBe('Retain');
    expect(JSON.stringify(version?.[1].Properties)).toContain('StateMachineRevisionId');
    expect(Object(machine?.[1])['DependsOn']).toEqual(
      expect.arrayContaining([...idsOf(aliasesOf(synthesis, 'pinned'))]),
    );
  });
});

describe('the next release', () => {
  it('publishes a version of changed functions only', () => {
    expect(changed(prod, later)).toEqual(['run-action-crm'] satisfies FunctionName[]);
  });

  it('adds pinned aliases and keeps the old ones', () => {
    const before = idsOf(aliasesOf(prod, 'pinned'));
    const after = idsOf(aliasesOf(later, 'pinned'));

    expect(after).toHaveLength(before.length);
    expect(after.filter((id) => before.includes(id))).toEqual([]);
  });

  it('moves the live aliases', () => {
    expect(idsOf(aliasesOf(later, 'live'))).toEqual(idsOf(aliasesOf(prod, 'live')));
  });

  it('is not published without a change', () => {
    const again = synthesize(Stage.Prod);

    expect(changed(prod, again)).toEqual([]);
    expect(idsOf(aliasesOf(again, 'pinned'))).toEqual(idsOf(aliasesOf(prod, 'pinned')));
  });

  it('can be the same code again, with another mark', () => {
    const marked = synthesize(Stage.Prod, { redeploy: '2' });
    const descriptions = marked
      .ofType('AWS::Lambda::Function')
      .map(([, { Properties }]) => Properties['Description']);

    expect(changed(prod, marked).toSorted()).toEqual(FUNCTION_NAMES.toSorted());
    expect(new Set(descriptions)).toEqual(new Set(['Deployed again: 2']));
  });
});

describe('a gradual rollout', () => {
  const alarmIds = prod
    .ofType('AWS::CloudWatch::Alarm')
    .filter(([, { Properties }]) => /\/release-/.test(String(Properties['AlarmName'])))
    .map(([id]) => id);

  it('shifts a tenth for ten minutes, and rolls back when a release alarm rings', () => {
    expect(
      prod.allHaving(GROUP, {
        DeploymentConfigName: 'CodeDeployDefault.LambdaCanary10Percent10Minutes',
        AlarmConfiguration: { Enabled: true, Alarms: alarmIds.map((id) => ({ Name: { Ref: id } })) },
        AutoRollbackConfiguration: {
          Enabled: true,
          Events: ['DEPLOYMENT_FAILURE', 'DEPLOYMENT_STOP_ON_ALARM'],
        },
      }),
    ).not.toThrow();
    expect(
      prod.having('AWS::StepFunctions::StateMachineAlias', {
        Name: 'live',
        DeploymentPreference: {
          Type: 'CANARY',
          Percentage: 10,
          Interval: 10,
          Alarms: alarmIds.map((id) => ({ Ref: id })),
          StateMachineVersionArn: Match.anyValue(),
        },
      }),
    ).not.toThrow();
  });

  it('moves every live alias through its own deployment group', () => {
    const groups = aliasesOf(prod, 'live').map(([, alias]) =>
      refOf(Object(Object(alias)['UpdatePolicy'])['CodeDeployLambdaAliasUpdate']?.['DeploymentGroupName']),
    );

    expect(groups.toSorted()).toEqual(idsOf(prod.ofType(GROUP)));
  });

  it('allows CodeDeploy to move only these aliases', () => {
    const [role] = prod
      .ofType('AWS::IAM::Role')
      .filter(([, r]) => JSON.stringify(r.Properties['AssumeRolePolicyDocument']).includes('codedeploy'));
    const [move, watch]: readonly Record<string, unknown>[] = Object(role?.[1].Properties['Policies'])[0]
      .PolicyDocument.Statement;
    const functionIds = aliasesOf(prod, 'live').map(([, alias]) => refOf(alias.Properties['FunctionName']));
    const arns = functionIds.map((id) => ({ 'Fn::GetAtt': [id, 'Arn'] }));

    expect(move?.['Resource']).toEqual(
      expect.arrayContaining(arns.flatMap((arn) => [arn, { 'Fn::Join': ['', [arn, ':live']] }])),
    );
    expect(move?.['Resource']).toHaveLength(2 * arns.length);
    expect(role?.[1].Properties['ManagedPolicyArns']).toBeUndefined();
    expect(watch).toMatchObject({ Action: 'cloudwatch:DescribeAlarms' });
  });
});

describe('an immediate rollout', () => {
  it('moves the aliases in one step, without CodeDeploy or alarms', () => {
    expect(dev.ofType(GROUP)).toEqual([]);
    expect(
      dev.having('AWS::StepFunctions::StateMachineAlias', {
        DeploymentPreference: { Type: 'ALL_AT_ONCE', Alarms: Match.absent() },
      }),
    ).not.toThrow();
  });
});

describe('the local stage', () => {
  it.each([
    ALIAS,
    VERSION,
    'AWS::StepFunctions::StateMachineAlias',
    'AWS::StepFunctions::StateMachineVersion',
    GROUP,
  ])('has no %s, which the local AWS does not support', (type) => {
    expect(local.ofType(type)).toEqual([]);
  });

  it('calls functions and starts the machine without aliases', () => {
    const environment = Object(local.functionNamed('enqueue-action').Properties['Environment']);

    expect(definitionSubstitutions(local)['RunActionFunctionArnSuffix']).toBe('');
    expect(JSON.stringify(environment['Variables']['STATE_MACHINE_ARN'])).toMatch(/-quote-action"/);
  });
});
