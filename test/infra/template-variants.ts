/** Every kind of deployment, and the templates that it would send to CloudFormation. */
import path from 'node:path';
import { Stage } from '../../lib/config/queue-config.ts';
import type { OrderedTemplate } from './deployment/dependency-graph.ts';
import { queueApp } from './synthesis.ts';

/** Settings of a deployment. */
export interface Variant {
  readonly name: string;
  readonly stage: Stage;
  readonly context: Readonly<Record<string, string>>;
}

/** A template of a variant, whole. */
export interface DeployedTemplate {
  /** Construct id of its stack. */
  readonly stack: string;
  readonly region: string;
  readonly template: OrderedTemplate;
}

const TWO_REGIONS = { regions: 'eu-central-1,us-east-1' };

/** Each stage, and each option that changes which resources there are or how they refer to each other. */
export const VARIANTS: readonly Variant[] = [
  { name: 'local', stage: Stage.Local, context: {} },
  { name: 'dev', stage: Stage.Dev, context: {} },
  { name: 'dev in two Regions', stage: Stage.Dev, context: TWO_REGIONS },
  { name: 'dev, gradual', stage: Stage.Dev, context: { rollout: 'gradual' } },
  { name: 'prod', stage: Stage.Prod, context: {} },
  { name: 'prod in two Regions', stage: Stage.Prod, context: TWO_REGIONS },
  { name: 'prod at once', stage: Stage.Prod, context: { rollout: 'at-once' } },
  { name: 'prod, deployed again', stage: Stage.Prod, context: { redeploy: '2' } },
  {
    name: 'prod, a template of a team',
    stage: Stage.Prod,
    context: { pdfTemplate: path.resolve(import.meta.dirname, '../../examples/templates/brand/offer.typ') },
  },
  {
    name: 'prod, alarms by mail',
    stage: Stage.Prod,
    context: { alarmEmail: 'ops@example.com', runbookBaseUrl: 'https://git.example/runbooks' },
  },
  {
    name: 'prod, alarms to a topic that exists',
    stage: Stage.Prod,
    context: { alarmTopicArn: 'arn:aws:sns:eu-central-1:111122223333:on-call' },
  },
];

/** The templates of a variant. */
export const templatesOf = ({ stage, context }: Variant): readonly DeployedTemplate[] => {
  const { app, stacks, observability } = queueApp(stage, context);
  const assembly = app.synth();
  return [...stacks, ...observability].map((stack) => ({
    stack: stack.node.id,
    region: stack.region,
    template: assembly.getStackArtifact(stack.artifactId).template,
  }));
};
