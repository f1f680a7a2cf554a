/** The leftovers that `doctor aws` searches match the names in the templates. */
import { describe, expect, it } from 'vitest';
import { Template } from 'aws-cdk-lib/assertions';
import { Stage } from '../../../lib/config/queue-config.ts';
import { fixedNamesOf } from '../../../tools/doctor/aws/leftovers.ts';
import { queueApp } from '../synthesis.ts';

/** Properties that name a resource; names are unique in an account and Region. */
const NAME_PROPERTIES = [
  'FunctionName',
  'LogGroupName',
  'StateMachineName',
  'TableName',
  'BucketName',
  'QueueName',
  'TopicName',
  'AliasName',
  'RoleName',
  'ApplicationName',
  'DeploymentGroupName',
];
/** Types with the property `Name` that must be unique. */
const NAMED_TYPES = [
  'AWS::SecretsManager::Secret',
  'AWS::SSM::Parameter',
  'AWS::Events::EventBus',
  'AWS::Scheduler::Schedule',
];
/** An alias, version, permission or setting of a function repeats the name of its function. */
const REPEATING_TYPES = /^AWS::Lambda::(?:Alias|Version|Permission|EventSourceMapping|EventInvokeConfig)$/;

interface Named {
  readonly Type: string;
  /** Absent: the resource is deleted with its stack. */
  readonly DeletionPolicy?: string;
  readonly Properties?: Readonly<Record<string, unknown>>;
}

function namesOf({ Type, Properties = {} }: Named): readonly string[] {
  if (REPEATING_TYPES.test(Type)) return [];
  const properties = NAMED_TYPES.includes(Type) ? ['Name'] : NAME_PROPERTIES;
  return properties.flatMap((property) => {
    const value = Properties[property];
    return typeof value === 'string' ? [value] : [];
  });
}

const { stacks, observability } = queueApp(Stage.Prod);
const resources: readonly Named[] = [...stacks, ...observability].flatMap((stack) =>
  Object.values<Named>(Template.fromStack(stack).toJSON()['Resources']),
);
const names = Object.values(fixedNamesOf('quoteq-prod')).flat();

describe('the fixed names that the doctor searches', () => {
  it('include all resources that outlive their stack', () => {
    const kept = resources
      .filter(({ DeletionPolicy = 'Delete' }) => DeletionPolicy !== 'Delete')
      .flatMap(namesOf);

    expect(kept).toContain('quoteq-prod/crm');
    expect(kept.filter((name) => !names.includes(name))).toEqual([]);
  });

  it('are all in the templates', () => {
    const inTemplates = resources.flatMap(namesOf);

    expect(names.filter((name) => !inTemplates.includes(name))).toEqual([]);
  });
});
