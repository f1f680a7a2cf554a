/** Synthesises the app like the command line, in this process. */
import { mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import path from 'node:path';
import type { AppProps, Stack } from 'aws-cdk-lib';
import { Template } from 'aws-cdk-lib/assertions';
import { afterAll } from 'vitest';
import type { FunctionName } from '../../lib/shared/functions.ts';
import { removeBundles } from '../../lib/shared/bundle-functions.ts';
import { Stage } from '../../lib/config/queue-config.ts';
import { createQueueApp, type QueueApp } from '../../lib/queue-app.ts';

/** One folder for all apps of a test file: they share most assets. */
const outdir = mkdtempSync(path.join(tmpdir(), 'quoteq-synthesis-'));
afterAll(() => {
  removeBundles();
  rmSync(outdir, { recursive: true, force: true });
});

/** Required settings of an AWS stage. */
const AWS_CONTEXT = {
  slackChannelId: 'C0123456789',
  allowedEngines: 'duckstore-pricing@3.2.0',
  slackOperators: 'T0123456789:U0123456789',
} as const;

const featureFlags = (): Record<string, unknown> => {
  const file: unknown = JSON.parse(readFileSync(new URL('../../cdk.json', import.meta.url), 'utf8'));
  if (typeof file !== 'object' || file === null || !('context' in file))
    throw new TypeError('cdk.json: expected a context');
  return { ...Object(file.context) };
};

/** The app of a stage. CloudFormation's own schema check takes a second and runs only in the test that enables it in `props`. */
export const queueApp = (
  stage: Stage,
  context: Readonly<Record<string, unknown>> = {},
  env: Readonly<Record<string, string>> = {},
  props: AppProps = { builtinCloudFormationValidation: false },
): QueueApp =>
  createQueueApp(env, {
    outdir,
    ...props,
    context: {
      ...featureFlags(),
      regions: 'eu-central-1',
      ...(stage === Stage.Local ? {} : AWS_CONTEXT),
      ...context,
      stage,
    },
  });

/** The part of a template that the tests read. */
export interface Resource {
  readonly Type: string;
  readonly Properties: Readonly<Record<string, unknown>>;
  readonly DeletionPolicy?: string;
  readonly DependsOn?: readonly string[];
}

/** A synthesised stack. */
export interface Synthesis {
  /** Resources of a type by logical id. */
  readonly ofType: (type: string) => readonly (readonly [logicalId: string, resource: Resource])[];
  /** Throws, with the closest match, unless a resource of the type has the properties. */
  readonly having: (type: string, properties: unknown) => () => void;
  /** Throws, with the differing ones, unless there is a resource of the type and all have the properties. */
  readonly allHaving: (type: string, properties: unknown) => () => void;
  /** The whole template as JSON. */
  readonly json: string;
  /** Values of the stack's outputs by name. */
  readonly outputs: Readonly<Record<string, unknown>>;
  /** The Lambda function of a name of the contract. */
  readonly functionNamed: (name: FunctionName) => Resource;
}

const synthesisOf = (stack: Stack | undefined, stage: Stage): Synthesis => {
  if (stack === undefined) throw new TypeError('stacks: expected at least one');
  const template = Template.fromStack(stack);
  const resources: Record<string, Resource> = template.toJSON()['Resources'];
  const outputs = Object.fromEntries(
    Object.entries(Object(template.toJSON()['Outputs'])).map(([name, output]) => [
      name,
      Object(output)['Value'],
    ]),
  );
  const ofType: Synthesis['ofType'] = (type) =>
    Object.entries(resources).filter(([, resource]) => resource.Type === type);
  const functionNamed = (name: FunctionName): Resource => {
    const deployed = `quoteq-${stage}-${name}`;
    const found = ofType('AWS::Lambda::Function').find(([, f]) => f.Properties['FunctionName'] === deployed);
    if (found === undefined) throw new RangeError(`name: expected a deployed function, got ${deployed}`);
    return found[1];
  };
  const having: Synthesis['having'] = (type, properties) => () =>
    template.hasResourceProperties(type, properties);
  const allHaving: Synthesis['allHaving'] = (type, properties) => () =>
    template.allResourcesProperties(type, properties);
  return { ofType, json: JSON.stringify(template.toJSON()), outputs, functionNamed, having, allHaving };
};

/** The first stack of a stage's app. */
export const synthesize = (stage: Stage, context: Readonly<Record<string, unknown>> = {}): Synthesis =>
  synthesisOf(queueApp(stage, context).stacks[0], stage);

/** The observability stack of a stage; the local stage has no such stack. */
export const synthesizeObservability = (
  stage: Stage,
  context: Readonly<Record<string, unknown>> = {},
): Synthesis => synthesisOf(queueApp(stage, context).observability[0], stage);
